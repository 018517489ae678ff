//! The arguments for the canary of a new version.

use clap::Args;
use provisioner::plan::Canary;

use super::number::percent;

/// The canary of a deploy.
#[derive(Debug, Clone, Args)]
pub(crate) struct CanaryArgs {
    /// Send a new version only this share of the traffic first, from 1 to 50 percent, and watch its invocations. If the new
    /// version fails more often than the old one (one failed invocation is enough), the alias points to the old version
    /// only and the command exits with 1. Otherwise, the new version gets all traffic, also if no caller used it
    #[arg(long = "canary", value_name = "PERCENT", value_parser = percent)]
    percent: Option<u8>,
    /// How long to watch the new version, such as `90s`, `5m` or `1h`. CloudWatch can need two minutes more for the metrics
    #[arg(long, value_name = "TIME", default_value = "5m", requires = "percent", value_parser = seconds)]
    bake: u64,
}

impl CanaryArgs {
    /// The canary, if one is requested.
    pub(crate) fn canary(&self) -> Option<Canary> {
        self.percent.map(|percent| Canary { percent, bake_seconds: self.bake })
    }
}

/// One day: CloudWatch returns all minutes of a day in one answer.
const LONGEST: u64 = 24 * 60 * 60;

fn seconds(text: &str) -> Result<u64, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("it must be a number with s, m or h, such as 90s".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "it must be a number with s, m or h, such as 90s".to_owned())?;
    match number.checked_mul(unit) {
        Some(seconds @ 1..=LONGEST) => Ok(seconds),
        Some(_) | None => Err("it must be between 1s and 24h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_with_its_unit_up_to_a_day() {
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("5m"), Ok(300));
        assert_eq!(seconds("24h"), Ok(86_400));
        for wrong in ["", "5", "m", "-1s", "1.5h", "0s", "25h", "5 m", "99999999999999999999h", "18446744073709551615h"]
        {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
