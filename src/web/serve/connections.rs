//! Connections: never more than the server can hold, and none for whoever takes nothing that he is sent.

use axum_server::accept::Accept;
use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Sleep, sleep};

/// For so long nothing is taken before a connection is given up.
const TAKEN: Duration = Duration::from_secs(30);

/// Lets so many in at once; who comes when it is full is sent away at once, and nobody waits inside.
#[derive(Debug, Clone)]
pub struct Counted {
    free: Arc<Semaphore>,
}

impl Counted {
    /// Lets at most so many in.
    pub fn at_most(connections: u32) -> Self {
        let most = usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS).min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(most)) }
    }
}

impl<S> Accept<TcpStream, S> for Counted {
    type Stream = Bounded;
    type Service = S;
    type Future = Ready<io::Result<(Bounded, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Ok(held) = Arc::clone(&self.free).try_acquire_owned() else {
            return ready(Err(io::ErrorKind::ConnectionRefused.into()));
        };
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        ready(Ok((Bounded { stream, stuck: None, _held: held }, service)))
    }
}

/// A connection that counts.
#[derive(Debug)]
pub struct Bounded {
    stream: TcpStream,
    /// Runs while nothing is taken.
    stuck: Option<Pin<Box<Sleep>>>,
    _held: OwnedSemaphorePermit,
}

impl Bounded {
    /// What writing has come to; where nothing could be written, that is put up with for a while.
    fn written<T>(&mut self, done: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.stuck = None;
            return done;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(TAKEN)));
        stuck.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Bounded {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(done, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.written(done, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.written(done, cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
