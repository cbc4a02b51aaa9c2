//! What the engine answers over HTTP: the route table. Each answer's story is in the file of its name.
//! Invariant: an answer here is worked out from [`Vitals`] alone; nothing on the way of a call waits for it.

mod health;
mod metrics;
mod server;

pub use metrics::{CONTENT_TYPE, text as metrics_text};
pub use server::{Server, ServerError};

use crate::vitals::Vitals;
use actix_web::web::{Data, ServiceConfig, get};
use std::sync::Arc;

/// Says how the engine is. Asked at any time from any thread; must not wait for anything slow.
pub trait Look: Send + Sync + 'static {
    /// How it is now.
    fn vitals(&self) -> Vitals;
}

/// The route table.
pub(crate) fn routes(look: &Arc<dyn Look>) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let look = Data::from(Arc::clone(look));
    move |config: &mut ServiceConfig| {
        config
            .app_data(look)
            .route("/healthz", get().to(health::alive))
            .route("/readyz", get().to(health::ready))
            .route("/metrics", get().to(metrics::page));
    }
}
