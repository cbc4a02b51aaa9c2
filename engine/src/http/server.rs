//! The server: a thread of its own, with a runtime of its own, from [`Server::start`] to [`Server::stop`]. It stops
//! gracefully: requests that have begun are answered first.

use super::{Look, routes};
use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, rt};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

/// How long a request that has begun may take once the server stops, in seconds: what SDKs wait for an answer.
const GRACE_SECONDS: u64 = 10;

/// Why there is no server. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {}", plainly(source))]
    Address {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// It ended before it was asked to.
    #[error("the server ended by itself: {0}")]
    Ended(String),
}

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Listens at `listen` (port 0: any free one) with so many workers, and answers from what `look` sees.
    ///
    /// # Errors
    /// [`ServerError`] where it cannot.
    pub fn start(
        listen: SocketAddr,
        workers: usize,
        look: Arc<dyn Look>,
    ) -> Result<Self, ServerError> {
        let (tell, told) = mpsc::channel();
        let run = move || {
            rt::System::new().block_on(async move {
                let bound = HttpServer::new(move || App::new().configure(routes(&look)))
                    .workers(workers.max(1))
                    .shutdown_timeout(GRACE_SECONDS)
                    // Signals are for the command to hear: it drains more than this server.
                    .disable_signals()
                    .bind(listen);
                let (server, address) = match bound {
                    Ok(bound) => {
                        let address = bound.addrs().first().copied().unwrap_or(listen);
                        (bound.run(), address)
                    }
                    Err(source) => {
                        let refused = ServerError::Address { address: listen, source };
                        drop(tell.send(Err(refused)));
                        return Ok(());
                    }
                };
                drop(tell.send(Ok((address, server.handle()))));
                server.await
            })
        };
        let thread = thread::Builder::new()
            .name("http".to_owned())
            .spawn(run)
            .map_err(|source| ServerError::Address { address: listen, source })?;
        let begun = told.recv().map_err(|_| ServerError::Ended("its thread is gone".to_owned()))?;
        let (address, handle) = begun?;
        Ok(Self { address, handle, thread })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more connections, answers what has begun, and ends.
    ///
    /// # Errors
    /// [`ServerError::Ended`] where it had failed before.
    pub fn stop(self) -> Result<(), ServerError> {
        // The command is heard by the server's own thread; what it answers we know when that thread ends.
        drop(self.handle.stop(true));
        match self.thread.join() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(ServerError::Ended(plainly(&error))),
            Err(_) => Err(ServerError::Ended("it panicked".to_owned())),
        }
    }
}

/// In words, without the number.
fn plainly(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vitals::{State, Vitals};
    use std::io::{Read, Write};
    use std::net::{Ipv4Addr, TcpStream};

    struct Ready;

    impl Look for Ready {
        fn vitals(&self) -> Vitals {
            Vitals { state: State::Ready, calls: 7, ..Vitals::default() }
        }
    }

    const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    fn get(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn it_answers_over_a_socket_and_stops_when_asked() {
        let server = Server::start(ANY, 1, Arc::new(Ready)).unwrap();
        let address = server.address();
        assert_ne!(address.port(), 0);
        let ready = get(address, "/readyz");
        assert!(ready.starts_with("HTTP/1.1 200 OK\r\n") && ready.contains("\"ready\""), "{ready}");
        let metrics = get(address, "/metrics");
        assert!(metrics.contains(super::super::CONTENT_TYPE), "{metrics}");
        assert!(metrics.contains("\nforesend_calls_total 7\n"), "{metrics}");
        server.stop().unwrap();
        TcpStream::connect(address).unwrap_err();
    }

    #[test]
    fn an_address_that_is_taken_is_told_of() {
        let taken = std::net::TcpListener::bind(ANY).unwrap();
        let address = taken.local_addr().unwrap();
        let told = Server::start(address, 1, Arc::new(Ready)).unwrap_err().to_string();
        assert_eq!(told, format!("cannot listen at {address}: address already in use"));
    }
}
