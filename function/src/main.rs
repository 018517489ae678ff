//! Connects the settings, the clients, the handler and the runtime. Everything that can be created once is created
//! here, before the first request.

// The SDK's futures are nested too deeply for the compiler's default limit when it computes the layout of a future that
// awaits them.
#![recursion_limit = "256"]
#![expect(clippy::disallowed_methods, reason = "the init phase ends after a time")]

use std::process::ExitCode;

use function::catalog::{CacheLimits, CachedCatalog, ConfiguredCatalog, DynamoTable, FirstRows};
use function::deadline::CATALOG_READ_TIMEOUT;
use function::handler::Handler;
use function::model::BedrockModel;
use function::settings::Settings;
use function::{aws, log, runtime};
use lambda_runtime::Error;
use tokio::join;
use tokio::time::timeout;

/// One thread: a Lambda environment serves one request at a time, and has less than one CPU at this memory size.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let settings = match Settings::from_env() {
        Ok(settings) => settings,
        Err(errors) => {
            log::init(tracing::Level::INFO);
            tracing::error!("the settings are invalid, the function stops: {errors}");
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
    let http = aws::Http::default();
    let config = aws::config(&http, &settings.sdk);
    let model = BedrockModel::new(&config, &settings.model_id, &settings.fallback_model_ids);
    let table = DynamoTable::new(&config, &settings.table, CacheLimits::for_memory(settings.memory));
    let catalog = catalog(table, settings);
    // Until the function asks for the first event it has the whole CPU, and while it waits for an event Lambda freezes
    // it: so it prepares before. If the time limit passes, the read of the table continues in the background.
    let ready = async { join!(catalog.prepare(&http), model.prepare(&http)) };
    let _ = timeout(CATALOG_READ_TIMEOUT, ready).await;
    runtime::run(&Handler::new(catalog, model, &settings.allowed_origin), settings.streaming, http).await
}

fn catalog(table: DynamoTable, settings: &Settings) -> ConfiguredCatalog {
    if settings.catalog_ttl.is_zero() {
        ConfiguredCatalog::FirstRows(FirstRows::new(table, settings.movie_limit))
    } else {
        ConfiguredCatalog::Cached(CachedCatalog::new(table, settings.movie_limit, settings.catalog_ttl))
    }
}
