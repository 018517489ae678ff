use std::sync::atomic::AtomicUsize;

use aws_smithy_runtime_api::client::http::http_client_fn;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_types::body::SdkBody;
use futures_util::future::join_all;

use super::*;

/// A fake AWS that answers at once, as `allows` decides, and records the calls.
struct Aws {
    client: Box<dyn HttpClient>,
    sent: Arc<Mutex<Vec<Duration>>>,
    messages: Arc<Mutex<Vec<String>>>,
}

impl Aws {
    /// `allows` gets the times of the earlier calls and the time of this one, and returns whether AWS executes it.
    fn new(allows: impl Fn(&[Duration], Duration) -> bool + Send + Sync + 'static) -> Self {
        let (sent, messages) = (Arc::<Mutex<Vec<Duration>>>::default(), Arc::<Mutex<Vec<String>>>::default());
        let (begun, log, allows) = (Instant::now(), Arc::clone(&sent), Arc::new(allows));
        let answering = http_client_fn(move |_, _| {
            SharedHttpConnector::new(Answering { begun, log: Arc::clone(&log), allows: allows.clone() })
        });
        let notes = Arc::clone(&messages);
        let pace = Pace::new(Arc::new(move |what: &str| locked(&notes).push(what.to_owned())));
        Self { client: Box::new(pace.client(answering)), sent, messages }
    }

    async fn call(&self, path: &str, id: &str) -> Result<HttpResponse, ConnectorError> {
        self.call_of("lambda", &format!("2015-03-31/{path}"), id).await
    }

    /// Calls a service by the name in its signature.
    async fn call_of(&self, service: &str, path: &str, id: &str) -> Result<HttpResponse, ConnectorError> {
        let mut request = HttpRequest::new(SdkBody::from("{}"));
        request.set_uri(format!("https://{service}.us-east-1.amazonaws.com/{path}")).unwrap();
        let scope = format!("AWS4-HMAC-SHA256 Credential=AKIA/20261130/us-east-1/{service}/aws4_request");
        request.set_method(if path.ends_with("invocations") { "POST" } else { "GET" }).unwrap();
        request.headers_mut().insert("authorization", scope);
        request.headers_mut().insert("amz-sdk-invocation-id", id.to_owned());
        let components = RuntimeComponentsBuilder::for_tests().build().unwrap();
        self.client.http_connector(&HttpConnectorSettings::default(), &components).call(request).await
    }
}

type Judge = dyn Fn(&[Duration], Duration) -> bool + Send + Sync;

struct Answering {
    begun: Instant,
    log: Arc<Mutex<Vec<Duration>>>,
    allows: Arc<Judge>,
}

impl fmt::Debug for Answering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answering")
    }
}

impl HttpConnector for Answering {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let mut log = locked(&self.log);
        let now = self.begun.elapsed();
        let status: u16 = if (self.allows)(&log, now) { 200 } else { 429 };
        log.push(now);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from("{}"))))
    }
}

fn status(answer: Result<HttpResponse, ConnectorError>) -> u16 {
    answer.unwrap().status().as_u16()
}

#[tokio::test(start_paused = true)]
async fn two_hundred_calls_of_lambda_at_once_are_sent_at_its_rate_and_none_is_refused() {
    // Fifteen a second with a burst of fifteen, as AWS may count.
    let tokens = Mutex::new((15.0_f64, Duration::ZERO));
    let aws = Aws::new(move |_, now| {
        let mut tokens = locked(&tokens);
        tokens.0 = (now - tokens.1).as_secs_f64().mul_add(15.0, tokens.0).min(15.0);
        tokens.1 = now;
        let allowed = tokens.0 >= 1.0;
        tokens.0 -= f64::from(u8::from(allowed));
        allowed
    });
    let ids: Vec<_> = (0..200).map(|n| n.to_string()).collect();
    let answers = join_all(ids.iter().map(|id| aws.call("functions/chat/versions", id))).await;
    assert!(answers.into_iter().all(|answer| status(answer) == 200));
    let sent = locked(&aws.sent).clone();
    assert_eq!(sent.len(), 200, "none was sent twice");
    let seconds = sent[199].as_secs_f64();
    assert!(seconds <= 1.2 * (200.0 - 15.0) / 15.0, "{seconds} s");
    let messages = locked(&aws.messages).clone();
    assert_eq!(messages, ["AWS allows 15 Lambda calls a second for this account; this run waits for its turn"]);
}

#[tokio::test(start_paused = true)]
async fn few_calls_and_invocations_are_sent_at_once_without_a_message() {
    let aws = Aws::new(|_, _| true);
    join_all(["1", "2", "3", "4", "5", "6", "7"].map(|id| aws.call("functions/chat/versions", id))).await;
    join_all((0..100).map(|_| aws.call("functions/chat/invocations", "0"))).await;
    assert!(locked(&aws.sent).iter().all(|at| *at == Duration::ZERO), "{:?}", aws.sent);
    assert!(locked(&aws.messages).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_account_at_its_rate_for_minutes_is_waited_for() {
    let aws = Aws::new(|_, now| now >= Duration::from_secs(200));
    assert_eq!(status(aws.call("functions/chat/versions", "1").await), 200);
    // The rate falls to a fifth of the full one: three calls a second.
    assert!(locked(&aws.sent).len() < 700, "{}", locked(&aws.sent).len());
}

#[tokio::test(start_paused = true)]
async fn a_lasting_refusal_is_returned_after_five_minutes_with_its_duration() {
    let aws = Aws::new(|_, _| false);
    let begun = Instant::now();
    // A call that is throttled until its signature expires is returned, and the SDK signs and sends it again.
    let first = aws.call("functions/chat/versions", "1").await.unwrap();
    assert_eq!((first.status().as_u16(), first.headers().get(REFUSED_FOR)), (429, None));
    assert!(begun.elapsed() <= FRESH + Duration::from_secs(1), "{:?}", begun.elapsed());
    let last = aws.call("functions/chat/versions", "1").await.unwrap();
    assert_eq!(last.status().as_u16(), 429);
    let seconds: u64 = last.headers().get(REFUSED_FOR).unwrap().parse().unwrap();
    assert!((300..302).contains(&seconds), "{seconds}");
    // Each later call returns at once.
    let before = locked(&aws.sent).len();
    assert_eq!(status(aws.call("functions/chat/versions", "1").await), 429);
    assert_eq!(locked(&aws.sent).len(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn calls_are_sent_in_order() {
    let aws = Arc::new(Aws::new(|_, _| true));
    let order = AtomicUsize::new(0);
    let ids: Vec<_> = (0..60).map(|n| n.to_string()).collect();
    let calls = ids.iter().map(async |id| {
        aws.call("functions/chat/versions", id).await.unwrap();
        order.fetch_add(1, Ordering::SeqCst)
    });
    let places = join_all(calls).await;
    assert_eq!(places, (0..60).collect::<Vec<_>>());
}

/// The services that get few calls, by the name in their signature.
const WITHOUT_A_RATE: [&str; 6] = ["dynamodb", "s3", "sts", "monitoring", "logs", "sqs"];

#[tokio::test(start_paused = true)]
async fn a_service_without_a_rate_gets_all_calls_at_once_until_it_refuses_one() {
    for service in WITHOUT_A_RATE {
        let aws = Aws::new(|_, _| true);
        let ids: Vec<_> = (0..200).map(|n| n.to_string()).collect();
        join_all(ids.iter().map(|id| aws.call_of(service, "", id))).await;
        assert!(locked(&aws.sent).iter().all(|at| *at == Duration::ZERO), "{service}");
        assert!(locked(&aws.messages).is_empty(), "{service}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_any_control_plane_service_is_retried_for_minutes_at_a_low_rate() {
    for service in WITHOUT_A_RATE {
        let aws = Aws::new(|_, now| now >= Duration::from_secs(200));
        assert_eq!(status(aws.call_of(service, "", "1").await), 200, "{service}");
        let sent = locked(&aws.sent).len();
        assert!((100..1_000).contains(&sent), "{service}: {sent}");
        assert_eq!(locked(&aws.messages).len(), 1, "{service}: one message, since calls wait for a second");

        let aws = Aws::new(|_, _| false);
        let begun = Instant::now();
        let answers = [aws.call_of(service, "", "1").await, aws.call_of(service, "", "1").await];
        let last = answers.into_iter().next_back().unwrap().unwrap();
        assert!(last.headers().get(REFUSED_FOR).is_some(), "{service}");
        assert!((300..302).contains(&begun.elapsed().as_secs()), "{service}: {:?}", begun.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_invocation_is_returned_at_once() {
    let aws = Aws::new(|_, _| false);
    assert_eq!(status(aws.call("functions/chat/invocations", "1").await), 429);
    assert_eq!(locked(&aws.sent).len(), 1);
}
