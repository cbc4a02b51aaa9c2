//! `/healthz`: is it alive, or should it be started again? `/readyz`: should calls be sent to it? Two questions: an engine
//! that replays is alive and takes calls; one that drains is alive and takes none.

use super::Look;
use crate::vitals::State;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::json;

pub(super) async fn alive(look: Data<dyn Look>) -> HttpResponse {
    let state = look.vitals().state;
    answer(state, state != State::Stopped)
}

pub(super) async fn ready(look: Data<dyn Look>) -> HttpResponse {
    let state = look.vitals().state;
    answer(state, state.accepts())
}

fn answer(state: State, yes: bool) -> HttpResponse {
    let status = if yes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "state": state.word(), "says": state.says() });
    HttpResponse::build(status).insert_header(("Cache-Control", "no-store")).json(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::routes;
    use crate::vitals::Vitals;
    use actix_web::{App, test};
    use std::sync::Arc;

    struct Is(State);

    impl Look for Is {
        fn vitals(&self) -> Vitals {
            Vitals { state: self.0, ..Vitals::default() }
        }
    }

    async fn status(state: State, path: &str) -> (u16, String) {
        let look: Arc<dyn Look> = Arc::new(Is(state));
        let app = test::init_service(App::new().configure(routes(&look))).await;
        let answer =
            test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
        let code = answer.status().as_u16();
        (code, String::from_utf8(test::read_body(answer).await.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn an_engine_is_alive_until_it_stopped_and_ready_while_it_accepts() {
        for (state, alive, ready) in [
            (State::Starting, 200, 503),
            (State::Replaying, 200, 200),
            (State::Ready, 200, 200),
            (State::Draining, 200, 503),
            (State::Stopped, 503, 503),
        ] {
            assert_eq!(status(state, "/healthz").await.0, alive, "{state:?}");
            let (code, body) = status(state, "/readyz").await;
            assert_eq!(code, ready, "{state:?}");
            assert!(body.contains(&format!("\"state\":\"{}\"", state.word())), "{body}");
        }
    }

    #[actix_web::test]
    async fn what_is_not_in_the_route_table_is_not_there() {
        assert_eq!(status(State::Ready, "/").await.0, 404);
    }
}
