//! Listening: how many connections there are, and how long a silent one is kept.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Files that the database, mails and uploads need beside the connections.
const FILES_KEPT: u64 = 256;
const CONNECTIONS_MAX: u64 = 4_096;
/// As much of a request's head, and of an answer, as waits in memory for each connection.
const BUFFER_BYTES: usize = 128 * 1024;

#[derive(Clone, Debug)]
pub struct Limits {
    /// For a request's head, from its first byte or from the connection's beginning.
    pub head: Duration,
    /// Between two requests of a connection.
    pub idle: Duration,
    /// For a reader who takes nothing of an answer.
    pub stalled: Duration,
    pub connections: usize,
    /// From one address, where it is the visitor's own.
    pub per_address: Option<usize>,
}

impl Limits {
    /// `files` is how many files the process may have open.
    pub fn new(files: u64, per_address: Option<usize>) -> Limits {
        let connections = files.saturating_sub(FILES_KEPT).clamp(16, CONNECTIONS_MAX);
        Limits {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            stalled: Duration::from_secs(120),
            connections: usize::try_from(connections).unwrap_or(usize::MAX),
            per_address,
        }
    }
}

/// Raises the number of files that the process may have open as far as it may; returns it.
pub fn raise_file_limit() -> u64 {
    rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
        tracing::warn!(%error, "the number of open files was not raised");
        1_024
    })
}

/// Serves until told to stop, and then until the requests under way have ended.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let neighbours = Neighbours::default();
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = stop.run_until_cancelled(async {
            // A closed semaphore would be the end; it is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (place, accept(&listener).await)
        });
        let Some((place, (stream, peer))) = accepted.await else { break };
        let neighbour = match limits.per_address {
            Some(most) => match neighbours.enter(peer.ip().to_canonical(), most) {
                Some(neighbour) => Some(neighbour),
                None => continue,
            },
            None => None,
        };
        let connection = connection(stream, peer, router.clone(), limits.clone(), graceful.watcher());
        tokio::spawn(async move {
            connection.await;
            drop((place, neighbour));
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// The next connection. Out of files, it waits until some have been closed.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if gone(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

/// The browser hung up before it was served.
fn gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Serves one connection to its end.
async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, limits: Limits, watcher: hyper_util::server::graceful::Watcher) {
    let (phase, phases) = watch::channel(Phase::Head(Instant::now()));
    let phase = Arc::new(phase);
    let io = TokioIo::new(Heard { stream, phase: Arc::clone(&phase) });
    let service = service_fn(move |request: Request<Incoming>| {
        phase.send_replace(Phase::Busy);
        let (router, phase) = (router.clone(), Arc::clone(&phase));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = router.oneshot(request).await?;
            Ok::<_, Infallible>(response.map(|body| Answer { body, phase }))
        }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    // Hyper's own limit for heads runs between requests too; here it is the phase that says what is waited for.
    http.header_read_timeout(None::<Duration>).max_buf_size(BUFFER_BYTES);
    let served = watcher.watch(http.serve_connection(io, service));
    tokio::select! {
        ended = served => {
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke off");
            }
        }
        () = silent(phases, &limits) => tracing::debug!(%peer, "a silent connection was closed"),
    }
}

/// What a connection waits for.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// The rest of a request's head, since its first byte.
    Head(Instant),
    /// A request's body or its handler, which have limits of their own.
    Busy,
    /// The reader of an answer, since they last took something of it.
    Stalled(Instant),
    /// The next request.
    Idle(Instant),
}

/// Ends when the browser has been silent for too long.
async fn silent(mut phases: watch::Receiver<Phase>, limits: &Limits) {
    loop {
        let phase = *phases.borrow_and_update();
        let over = match phase {
            Phase::Head(since) => Some(since + limits.head),
            Phase::Idle(since) => Some(since + limits.idle),
            Phase::Stalled(since) => Some(since + limits.stalled),
            Phase::Busy => None,
        };
        let Some(over) = over else {
            if phases.changed().await.is_err() {
                return std::future::pending().await;
            }
            continue;
        };
        tokio::select! {
            () = tokio::time::sleep_until(over) => return,
            changed = phases.changed() => if changed.is_err() { return std::future::pending().await },
        }
    }
}

/// A stream that notices the first byte of the next request, and readers who take nothing.
struct Heard {
    stream: TcpStream,
    phase: Arc<watch::Sender<Phase>>,
}

impl Heard {
    fn note_written<T>(&self, written: Poll<T>) -> Poll<T> {
        self.phase.send_if_modified(|phase| {
            let next = match (&phase, &written) {
                (Phase::Busy, Poll::Pending) => Phase::Stalled(Instant::now()),
                (Phase::Stalled(_), Poll::Ready(_)) => Phase::Busy,
                // What the reader has not taken yet delays the next request.
                (Phase::Idle(_), Poll::Ready(_)) => Phase::Idle(Instant::now()),
                _ => return false,
            };
            *phase = next;
            true
        });
        written
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.phase.send_if_modified(|phase| {
                let begins = matches!(phase, Phase::Idle(_));
                if begins {
                    *phase = Phase::Head(Instant::now());
                }
                begins
            });
        }
        read
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note_written(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note_written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// An answer's body. When it has been taken, the connection waits for the next request.
struct Answer {
    body: Body,
    phase: Arc<watch::Sender<Phase>>,
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.phase.send_replace(Phase::Idle(Instant::now()));
    }
}

impl HttpBody for Answer {
    type Data = <Body as HttpBody>::Data;
    type Error = <Body as HttpBody>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Neighbours(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address, while it lives.
struct Neighbour {
    all: Neighbours,
    address: IpAddr,
}

impl Neighbours {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Neighbour> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Neighbour { all: self.clone(), address })
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}
