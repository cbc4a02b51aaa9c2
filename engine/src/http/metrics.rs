//! `/metrics`: the vitals as OpenMetrics text, for Prometheus and what reads the same.
//!
//! Times are in seconds and sizes in bytes, as the format wants; a quantile is a gauge of its own, worked out in the engine
//! since its start, since a histogram's buckets would have to be guessed before the first customer.

use super::Look;
use crate::vitals::{JourneyVitals, Quantiles, State, Vitals};
use actix_web::HttpResponse;
use actix_web::web::Data;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};
use std::fmt;
use std::time::Duration;

/// What the text is, as a header says it.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn page(look: Data<dyn Look>) -> HttpResponse {
    HttpResponse::Ok().content_type(CONTENT_TYPE).body(text(look.vitals()))
}

/// The vitals as OpenMetrics text.
#[must_use]
pub fn text(vitals: Vitals) -> String {
    let mut registry = Registry::with_prefix("foresend");
    registry.register_collector(Box::new(vitals));
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry)
        .expect("a string takes every text");
    text
}

impl Collector for Vitals {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut out = Out(encoder);
        let states = State::ALL.map(|state| (state.word(), u64::from(state == self.state)));
        out.gauges(
            "state",
            "What the engine is doing: 1 for the state it is in",
            "state",
            &states,
        )?;
        out.gauge("durable_entries", "Entries of the journal that are durable", self.durable_seq)?;
        out.gauge("applied_entries", "Entries that every shard has applied", self.applied_seq)?;
        out.bytes("intake", "Events that wait to become durable", self.intake_bytes)?;
        out.counter("calls", "Calls of the shop that were applied", self.calls)?;
        out.counter("repeats", "Calls that had been taken already", self.repeats)?;
        out.gauge("residents", "Customers in memory", self.residents)?;
        out.bytes("resident", "What customers take in memory", self.resident_bytes)?;
        let help = "Customers that are set aside because an input made us stumble";
        out.gauge("quarantined_customers", help, self.quarantined)?;
        out.counter("wakes", "Wakes that came due and were applied", self.wakes)?;
        let help = "How much later than due wakes were applied";
        out.quantiles("wake_lateness", help, &self.wake_lateness)?;
        let help = "From an append's arrival at the journal to its acknowledgement";
        out.quantiles("acknowledge", help, &self.acknowledge)?;
        out.gauge("mails_waiting", "Mails that are ready", self.mails_waiting)?;
        let help = "Mails between claim and outcome";
        out.gauge("mails_in_flight", help, self.mails_in_flight)?;
        out.counters("sends", "What became of mails", "outcome", &self.sends)?;
        out.counters("mails_held", "Mails that did not leave", "reason", &self.held)?;
        let journeys = &self.journeys;
        let of = |of: fn(&JourneyVitals) -> u64| {
            let values = journeys.iter().map(|one| (one.journey.as_str(), of(one)));
            values.collect::<Vec<_>>()
        };
        out.counters("enrolments", "Journeys begun", "journey", &of(|one| one.started))?;
        let help = "Enrolments that reached the goal of their journey";
        out.counters("goals", help, "journey", &of(|one| one.goals))?;
        out.journey_mails(journeys)?;
        if let Some(age) = self.checkpoint_age {
            out.seconds("checkpoint_age", "Since the last checkpoint", age)?;
        }
        if let Some(free) = self.disk_free_bytes {
            out.bytes("disk_free", "Free on the disk under the data folder", free)?;
        }
        Ok(())
    }
}

/// Writes one metric after the other.
struct Out<'a>(DescriptorEncoder<'a>);

impl Out<'_> {
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    fn counters(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, u64)],
    ) -> fmt::Result {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        values.iter().try_for_each(|(word, value)| {
            let labels = [(label, *word)];
            metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(value, None)
        })
    }

    fn journey_mails(&mut self, journeys: &[JourneyVitals]) -> fmt::Result {
        let help = "Mails of journeys that left, and what people did with them";
        let mut metric =
            self.0.encode_descriptor("journey_mails", help, None, MetricType::Counter)?;
        journeys.iter().try_for_each(|of| {
            of.mails.iter().try_for_each(|(word, value)| {
                let labels = [("journey", of.journey.as_str()), ("what", *word)];
                metric.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(value, None)
            })
        })
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.0.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn gauges(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: &[(&str, u64)],
    ) -> fmt::Result {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        values.iter().try_for_each(|(word, value)| {
            metric.encode_family(&[(label, *word)])?.encode_gauge(value)
        })
    }

    fn bytes(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let unit = Some(&Unit::Bytes);
        self.0.encode_descriptor(name, help, unit, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn seconds(&mut self, name: &str, help: &str, value: Duration) -> fmt::Result {
        let unit = Some(&Unit::Seconds);
        let mut metric = self.0.encode_descriptor(name, help, unit, MetricType::Gauge)?;
        metric.encode_gauge(&value.as_secs_f64())
    }

    fn quantiles(&mut self, name: &str, help: &str, values: &Quantiles) -> fmt::Result {
        let unit = Some(&Unit::Seconds);
        let mut metric = self.0.encode_descriptor(name, help, unit, MetricType::Gauge)?;
        let values = [("0.5", values.p50), ("0.99", values.p99), ("0.999", values.p999)];
        values.iter().try_for_each(|(quantile, value)| {
            let labels = [("quantile", *quantile)];
            metric.encode_family(&labels)?.encode_gauge(&value.as_secs_f64())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vital_is_shown() {
        let vitals = Vitals {
            state: State::Ready,
            durable_seq: 1_010,
            applied_seq: 1_005,
            intake_bytes: 512,
            calls: 1_000,
            repeats: 5,
            residents: 30,
            resident_bytes: 7_200,
            quarantined: 1,
            wakes: 9,
            wake_lateness: Quantiles {
                p50: Duration::from_millis(2),
                p99: Duration::from_millis(10),
                p999: Duration::from_millis(25),
            },
            acknowledge: Quantiles::default(),
            mails_waiting: 3,
            mails_in_flight: 2,
            sends: vec![("accepted", 6), ("unknown", 1)],
            held: vec![("limit", 4)],
            journeys: vec![JourneyVitals {
                journey: "cart \"recovery\"".to_owned(),
                started: 12,
                goals: 5,
                mails: vec![("opened", 7), ("sent", 10)],
            }],
            checkpoint_age: Some(Duration::from_millis(12_500)),
            disk_free_bytes: Some(1 << 40),
        };
        insta::assert_snapshot!(text(vitals));
    }

    #[test]
    fn what_is_not_known_is_not_shown() {
        let text = text(Vitals::default());
        assert!(!text.contains("checkpoint_age") && !text.contains("disk_free"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
