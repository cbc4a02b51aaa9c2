//! Currencies by their ISO 4217 code: how many minor digits they have, and what stands before an amount.

/// A program's one currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Currency {
    /// Its ISO 4217 code: `GBP`.
    pub code: &'static str,
    /// What stands before an amount: `£`, or the code and a no-break space where it has no sign of its own.
    pub symbol: &'static str,
    /// How many digits its minor unit has: 2 for pence, 0 for yen.
    pub minor_digits: u8,
}

impl Currency {
    /// The currency with this code, if it is a currency that people pay with.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        let &(code, symbol, minor_digits) = TABLE.iter().find(|(other, _, _)| *other == code)?;
        Some(Self { code, symbol, minor_digits })
    }

    /// Every code.
    pub(crate) fn codes() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|&(code, _, _)| code)
    }
}

macro_rules! currencies {
    ($($code:ident $digits:literal $($symbol:literal)?;)*) => {
        &[$((stringify!($code), currencies!(@ $code $($symbol)?), $digits)),*]
    };
    (@ $code:ident $symbol:literal) => { $symbol };
    (@ $code:ident) => { concat!(stringify!($code), "\u{a0}") };
}

// ISO 4217 list one, less funds, metals and test codes. A sign is given only where it is unmistakable beside
// others, except for the dollar, the pound and the yen of whoever writes in them.
#[rustfmt::skip]
const TABLE: &[(&str, &str, u8)] = currencies! {
    AED 2; AFN 2; ALL 2; AMD 2; AOA 2; ARS 2; AUD 2 "A$"; AWG 2; AZN 2; BAM 2; BBD 2; BDT 2 "৳"; BGN 2; BHD 3;
    BIF 0; BMD 2; BND 2; BOB 2; BRL 2 "R$"; BSD 2; BTN 2; BWP 2; BYN 2; BZD 2; CAD 2 "CA$"; CDF 2; CHF 2; CLP 0;
    CNY 2 "CN¥"; COP 2; CRC 2 "₡"; CUP 2; CVE 2; CZK 2; DJF 0; DKK 2; DOP 2; DZD 2; EGP 2; ERN 2; ETB 2;
    EUR 2 "€"; FJD 2; FKP 2; GBP 2 "£"; GEL 2 "₾"; GHS 2 "₵"; GIP 2; GMD 2; GNF 0; GTQ 2; GYD 2; HKD 2 "HK$";
    HNL 2; HTG 2; HUF 2; IDR 2; ILS 2 "₪"; INR 2 "₹"; IQD 3; IRR 2; ISK 0; JMD 2; JOD 3; JPY 0 "¥"; KES 2;
    KGS 2; KHR 2 "៛"; KMF 0; KPW 2; KRW 0 "₩"; KWD 3; KYD 2; KZT 2 "₸"; LAK 2 "₭"; LBP 2; LKR 2; LRD 2; LSL 2;
    LYD 3; MAD 2; MDL 2; MGA 2; MKD 2; MMK 2; MNT 2 "₮"; MOP 2; MRU 2; MUR 2; MVR 2; MWK 2; MXN 2 "MX$"; MYR 2;
    MZN 2; NAD 2; NGN 2 "₦"; NIO 2; NOK 2; NPR 2; NZD 2 "NZ$"; OMR 3; PAB 2; PEN 2; PGK 2; PHP 2 "₱"; PKR 2;
    PLN 2; PYG 0 "₲"; QAR 2; RON 2; RSD 2; RUB 2 "₽"; RWF 0; SAR 2; SBD 2; SCR 2; SDG 2; SEK 2; SGD 2 "S$";
    SHP 2; SLE 2; SOS 2; SRD 2; SSP 2; STN 2; SVC 2; SYP 2; SZL 2; THB 2 "฿"; TJS 2; TMT 2; TND 3; TOP 2;
    TRY 2 "₺"; TTD 2; TWD 2 "NT$"; TZS 2; UAH 2 "₴"; UGX 0; USD 2 "$"; UYU 2; UZS 2; VES 2; VND 0 "₫"; VUV 0;
    WST 2; XAF 0; XCD 2; XCG 2; XOF 0; XPF 0; YER 2; ZAR 2; ZMW 2; ZWG 2;
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_has_its_sign_and_digits() {
        let of = |code| Currency::of(code).map(|c| (c.symbol, c.minor_digits));
        assert_eq!(of("GBP"), Some(("£", 2)));
        assert_eq!(of("JPY"), Some(("¥", 0)));
        assert_eq!(of("KWD"), Some(("KWD\u{a0}", 3)));
        assert_eq!(of("gbp"), None);
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0), "sorted, so each once");
    }
}
