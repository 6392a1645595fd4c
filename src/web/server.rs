//! The loop that takes connections, from the first to the last.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::connection;
use super::router::{Service, Tell};
use super::settings::Settings;
use super::tell::Event;
use crate::experiment::Trained;

/// How many connections are open at once; further ones wait until one closes.
const CONNECTIONS: u32 = 256;
/// How long answers under way may take after the server was asked to stop.
const FINISH: Duration = Duration::from_secs(10);
/// How long to wait when no connection can be taken, most often because too many files are open.
const RECOVER: Duration = Duration::from_millis(100);

/// Why the server did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing could answer.
    #[error("there is no model; give at least one")]
    NoModel,
    /// `?model=` could not tell them apart.
    #[error("two models are named {name}; a server's models need different names")]
    SameName {
        /// The name.
        name: String,
    },
    /// The address is taken, or not this machine's.
    #[error("cannot listen at {address}: {source}; choose another --port or --host")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Threads could not be started.
    #[error("cannot start the server's threads: {0}")]
    Threads(std::io::Error),
}

/// A handle that ends a server from another thread.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Asks the server to finish the answers under way and end. Says whether it was asked before.
    pub fn ask(&self) -> bool {
        self.0.send_replace(true)
    }

    /// Comes true when the server was asked.
    fn asked(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut receiver = self.0.subscribe();
        async move {
            // An error means that nobody can ask any more.
            if receiver.wait_for(|&asked| asked).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Answers with `models` until `stop` is asked, then finishes what is under way for at most ten
/// seconds. What happens is told to `tell`, which must return soon.
///
/// # Errors
/// When there is no model, two have the same name, or the address cannot be had.
pub fn serve(
    settings: Settings,
    models: Vec<Trained>,
    stop: &Stop,
    tell: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<(), Error> {
    check(&models)?;
    let runtime = runtime(settings.jobs).map_err(Error::Threads)?;
    let served = runtime.block_on(run(settings, models, stop, Arc::new(tell)));
    // What still runs after the time to finish is left behind.
    runtime.shutdown_background();
    served
}

fn check(models: &[Trained]) -> Result<(), Error> {
    if models.is_empty() {
        return Err(Error::NoModel);
    }
    for (at, model) in models.iter().enumerate() {
        let name = &model.card().name;
        if models[..at].iter().any(|other| other.card().name == *name) {
            return Err(Error::SameName { name: name.clone() });
        }
    }
    Ok(())
}

/// Two threads carry all connections: they wait, parse and copy. Clips are heard on others.
fn runtime(jobs: usize) -> std::io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(jobs)
        .thread_name("web")
        .enable_all()
        .build()
}

async fn run(
    settings: Settings,
    models: Vec<Trained>,
    stop: &Stop,
    tell: Tell,
) -> Result<(), Error> {
    let address = SocketAddr::new(settings.address, settings.port);
    let listening = |source| Error::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(listening)?;
    tell(&Event::Listening(listener.local_addr().map_err(listening)?));

    let head_time = settings.head_time();
    let router = Service::new(models, settings, Arc::clone(&tell)).router();
    let connections = Arc::new(Semaphore::new(CONNECTIONS as usize));
    let (places, asked) = (Arc::clone(&connections), stop.clone());
    let taking = tokio::spawn(async move {
        loop {
            let place = Arc::clone(&places).acquire_owned().await;
            let place = place.expect("nobody closes the semaphore");
            let Ok((stream, _)) = listener.accept().await else {
                sleep(RECOVER).await;
                continue;
            };
            // An answer is written in one go; waiting for more would only delay it.
            let _ = stream.set_nodelay(true);
            let (router, stopping) = (router.clone(), asked.asked());
            tokio::spawn(async move {
                connection::answer(stream, router, head_time, stopping).await;
                drop(place);
            });
        }
    });
    stop.asked().await;
    tell(&Event::Stopping);
    taking.abort();
    // All places are free once every connection has ended.
    let _ = timeout(FINISH, connections.acquire_many(CONNECTIONS)).await;
    Ok(())
}
