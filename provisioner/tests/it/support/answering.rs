//! A server that answers every connection with the same bytes.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

pub(crate) struct Answering {
    port: u16,
}

impl Answering {
    /// Answers each request with this answer.
    pub(crate) async fn with(status: u16, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::raw(&format!(
            "HTTP/1.1 {status} Said\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n\
             {body}"
        ))
        .await
    }

    /// Sends these bytes to each connection that has sent something, and closes it.
    pub(crate) async fn raw(bytes: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let bytes = bytes.to_owned();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let bytes = bytes.clone();
                // A client that disconnects ends only its own connection.
                tokio::spawn(async move {
                    let _request = stream.read(&mut [0; 65_536]).await;
                    let _ = stream.write_all(bytes.as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port }
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }
}
