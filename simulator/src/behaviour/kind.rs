//! Sorts of mail, and what people do with each: how many open it, click in it, leave because of it. The rates are
//! people's only, over the population and without pressure; [`super::open`] and [`super::click`] say who and when.

use crate::population::Preset;

/// A sort of mail.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MailKind {
    /// About a cart left behind: how many of its enrolment came before it.
    Cart(u8),
    /// About things looked at.
    Browse,
    /// About one item: running low.
    Replenishment,
    /// After a purchase, to sell something more.
    PostPurchase,
    /// To someone new.
    Welcome,
    /// A letter to many.
    Campaign,
    /// To someone who has gone quiet.
    WinBack,
    /// What somebody asked to be told.
    Alert,
    /// About an order.
    Order,
    /// Settling something: a confirmation.
    Service,
}

/// How many there are, the cart's first, second and third counted apart.
pub const KINDS: usize = 12;

impl MailKind {
    /// Its place in tables.
    #[must_use]
    pub const fn ix(self) -> usize {
        match self {
            Self::Cart(nth) => {
                if nth < 2 {
                    nth as usize
                } else {
                    2
                }
            }
            Self::Browse => 3,
            Self::Replenishment => 4,
            Self::PostPurchase => 5,
            Self::Welcome => 6,
            Self::Campaign => 7,
            Self::WinBack => 8,
            Self::Alert => 9,
            Self::Order => 10,
            Self::Service => 11,
        }
    }
}

/// What people do with one sort of mail.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rates {
    /// Share opened by a person.
    pub opens: f64,
    /// Share of the opened that are clicked.
    pub clicks: f64,
    /// Unsubscribes a mail.
    pub unsubscribes: f64,
    /// Complaints a mail.
    pub complaints: f64,
}

impl Rates {
    /// Of each sort, by [`MailKind::ix`].
    #[must_use]
    pub fn all(preset: &Preset) -> [Self; KINDS] {
        let rates = &preset.rates;
        [
            &rates.cart_1,
            &rates.cart_2,
            &rates.cart_3,
            &rates.browse,
            &rates.replenishment,
            &rates.post_purchase,
            &rates.welcome,
            &rates.campaign,
            &rates.win_back,
            &rates.alert,
            &rates.order,
            &rates.service,
        ]
        .map(|row| {
            let [opens, clicks, unsubscribes, complaints] = row.value;
            Self { opens, clicks, unsubscribes, complaints }
        })
    }
}
