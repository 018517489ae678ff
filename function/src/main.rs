//! Wiring: settings, clients, handler, runtime. What can be built once is built here, before the first request.

use std::process::ExitCode;

use function::{aws, catalog::DynamoCatalog, handler::Handler, log, model::BedrockModel, settings::Settings};
use lambda_runtime::{Error, Runtime, service_fn};

/// One thread: a Lambda environment serves one request at a time, and at this memory size owns less than one CPU.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(bad) => {
            log::init(tracing::Level::INFO);
            tracing::error!("the settings are wrong, the function stops: {bad}");
            return ExitCode::FAILURE;
        }
    };
    log::init(settings.log_level);
    settings.log();
    match serve(&settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the Lambda runtime ended: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(settings: &Settings) -> Result<(), Error> {
    let config = aws::config().await;
    let catalog = DynamoCatalog::new(&config, &settings.table, settings.movie_limit);
    let model = BedrockModel::new(&config, &settings.model_id);
    let handler = &Handler::new(catalog, model, &settings.allowed_origin);
    Runtime::new(service_fn(async |event| Ok::<_, Error>(handler.invoke(event).await))).run().await
}
