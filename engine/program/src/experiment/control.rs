//! `control`: of each factor the variant that the step is without the experiment. It is compared with the step and its
//! mail, so that "no difference to the control" is said of what customers get today, and so that an experiment that ends
//! changes nothing for those who had it.

use super::factor::{FactorRead, Meant, NO_OFFER, VariantRead, Varies};
use super::{Around, Place};
use crate::diagnostic::{Diagnostic, Mistakes};
use crate::mail::Mail;
use crate::step::begins::BeginsRead;
use crate::text::read::{self, Reader};
use crate::text::tree::{At, Value};

/// The control of each factor; `None` where it is missing or wrong, which is told.
pub(super) fn read(
    reader: &Reader<'_>,
    factors: &[FactorRead],
    told: &mut Mistakes,
) -> Vec<Option<u8>> {
    let nothing = vec![None; factors.len()];
    let Some(value) = reader.require("control", &[], told) else { return nothing };
    let Value::Table(table) = &value.value else {
        reader.wrong_type("control", value, told);
        return nothing;
    };
    for (name, _) in &table.entries {
        // A factor that is itself unknown is told where it varies.
        let varied = || match reader.get("vary").map(|vary| &vary.value) {
            Some(Value::Table(table)) => table.entries.as_slice(),
            Some(_) | None => &[],
        };
        if varied().iter().all(|(factor, _)| factor.value != name.value) && !varied().is_empty() {
            let names = || varied().iter().map(|(factor, _)| factor.value.as_str());
            let help = read::did_you_mean(&name.value, names(), || {
                read::there_are("what varies", names(), "nothing varies")
            });
            told.tell(
                Diagnostic::error(
                    "foresend::unknown_factor",
                    reader.file.name,
                    format!("`{}` does not vary here", name.value),
                )
                .at(name.span.clone(), "a control of nothing")
                .help(help),
            );
        }
    }
    let place = reader.entry("control").map_or_else(|| reader.place(), |(key, _)| key.span.clone());
    let of = |factor: &FactorRead| {
        table.entries.iter().find(|(name, _)| name.value == factor.name.value).map(|(_, v)| v)
    };
    let mut all = Vec::new();
    for factor in factors {
        let name = &factor.name.value;
        let Some(value) = of(factor) else {
            let first = factor.variants.first().map_or("…", |variant| &variant.name.value);
            told.tell(
                Diagnostic::error(
                    "foresend::missing_control",
                    reader.file.name,
                    format!("`control` does not say what `{name}` is today"),
                )
                .at(place.clone(), format!("`{name}` is missing here"))
                .help(format!("name the variant that the mail is without the experiment: `{name} = \"{first}\"`")),
            );
            all.push(None);
            continue;
        };
        all.push(variant(reader, factor, value, told));
    }
    all
}

fn variant(
    reader: &Reader<'_>,
    factor: &FactorRead,
    value: &At<Value>,
    told: &mut Mistakes,
) -> Option<u8> {
    let named = match &value.value {
        Value::Text(named) => named.as_str(),
        Value::Integer(_) | Value::Float | Value::Bool(_) => "",
        Value::Date(_) | Value::List(_) | Value::Table(_) => "",
    };
    let found = factor.variants.iter().position(|variant| variant.name.value == named);
    if found.is_none() && !factor.variants.is_empty() {
        let names = || factor.variants.iter().map(|variant| variant.name.value.as_str());
        let help = read::did_you_mean(named, names(), || {
            read::there_are("its variants", names(), "it has none")
        });
        told.tell(
            Diagnostic::error(
                "foresend::unknown_variant",
                reader.file.name,
                format!("this is no variant of `{}`", factor.name.value),
            )
            .at(value.span.clone(), "its control")
            .help(help),
        );
    }
    u8::try_from(found?).ok()
}

/// Compares controls with what is sent without the experiment.
pub(super) struct Controls<'a, 'r> {
    pub(super) reader: &'r Reader<'r>,
    pub(super) place: Place,
    pub(super) around: Around<'a>,
}

impl Controls<'_, '_> {
    pub(super) fn check(
        &self,
        factors: &[FactorRead],
        controls: &[Option<u8>],
        told: &mut Mistakes,
    ) {
        for (factor, control) in factors.iter().zip(controls) {
            let control = control.and_then(|at| factor.variants.get(usize::from(at)));
            if factor.varies == Varies::Button {
                self.check_buttons(factor, factors, told);
            }
            if let Some(control) = control.filter(|control| control.is.is_some()) {
                self.compare(factor, control, told);
            }
        }
    }

    /// The mail that the step sends.
    fn mail(&self) -> Option<&Mail> {
        let send = self.place.send(self.around)?;
        self.around.mails.get(usize::from(send.mail.0))?.as_ref()
    }

    fn compare(&self, factor: &FactorRead, control: &VariantRead, told: &mut Mistakes) {
        let today = match factor.varies {
            Varies::Subject => self.mail().map(|mail| Some(mail.subject.clone())),
            Varies::Preheader => self.mail().map(|mail| mail.preheader.clone()),
            // A mail without one is told of by itself.
            Varies::Button => self
                .mail()
                .and_then(|mail| mail.button.as_ref())
                .map(|button| Some(button.says.clone())),
            Varies::Design => {
                let mail = self.place.send(self.around).map(|send| usize::from(send.mail.0));
                mail.and_then(|at| self.around.known.mails.get(at))
                    .map(|name| Some((*name).to_owned()))
            }
            Varies::Offer => self.place.send(self.around).map(|send| {
                let name = send.offer.and_then(|offer| self.around.program.offers.name(offer));
                Some(name.unwrap_or(NO_OFFER).to_owned())
            }),
            Varies::Delay => return self.compare_delay(control, told),
        };
        let Some(today) = today else { return };
        if today.as_deref() != Some(control.says.value.as_str()) {
            let today = today
                .map_or_else(|| "there is none".to_owned(), |today| format!("it is `{today}`"));
            self.differs(&factor.name.value, control, &today, told);
        }
    }

    fn compare_delay(&self, control: &VariantRead, told: &mut Mistakes) {
        let step = self.place.step(self.around);
        match &step.begins {
            Some(BeginsRead::After(wait, _)) if control.is == Some(Meant::Delay(*wait)) => {}
            Some(BeginsRead::After(wait, _)) => {
                self.differs("delay", control, &format!("`after` is `{wait}`"), told);
            }
            Some(BeginsRead::Due(_)) => told.tell(
                Diagnostic::error(
                    "foresend::bad_value",
                    self.reader.file.name,
                    format!(
                        "`{}` is due at an instant, and waits no time that could vary",
                        step.name
                    ),
                )
                .at(control.says.span.clone(), "a delay of it")
                .help("leave `delay` out, or let the step say `after`"),
            ),
            None => {}
        }
    }

    fn differs(&self, factor: &str, control: &VariantRead, today: &str, told: &mut Mistakes) {
        let journey = self.around.journeys[self.place.journey].name;
        let step = &self.place.step(self.around).name;
        told.tell(
            Diagnostic::error(
                "foresend::control_differs",
                self.reader.file.name,
                format!("the control `{}` is not the {factor} of today", control.name.value),
            )
            .at(control.says.span.clone(), format!("without the experiment {today}"))
            .help(format!(
                "write the control as `{journey}.{step}` is without it, or change that: everyone gets it once the test has ended"
            )),
        );
    }

    /// Only a mail that has a button can have another.
    fn check_buttons(&self, factor: &FactorRead, factors: &[FactorRead], told: &mut Mistakes) {
        let design = factors.iter().find(|factor| factor.varies == Varies::Design);
        let designs = design.into_iter().flat_map(|factor| &factor.variants);
        let mut mails: Vec<_> = designs.filter_map(|variant| variant.is?.mail()).collect();
        mails.extend(self.place.send(self.around).map(|send| send.mail));
        let without = mails.into_iter().find_map(|mail| {
            let mail = self.around.mails.get(usize::from(mail.0))?.as_ref()?;
            mail.button.is_none().then_some(&mail.name)
        });
        if let Some(mail) = without {
            told.tell(
                Diagnostic::error(
                    "foresend::no_button",
                    self.reader.file.name,
                    format!("the mail `{mail}` has no button whose words could vary"),
                )
                .at(factor.name.span.clone(), "varied here")
                .help("give the mail one: `button = { says = \"…\", to = \"…\" }`, or leave this factor out"),
            );
        }
    }
}
