//! Numbers as text, the same in every table and figure.

/// What stands where there is no number.
pub(super) const MISSING: &str = "–";

/// A share in per cent with one decimal, without the sign.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.1}", 100.0 * share) } else { MISSING.to_owned() }
}

/// A difference of shares in points with one decimal and its sign: `+7.2`, `−0.4`.
pub(super) fn signed(share: f64) -> String {
    let text = format!("{:+.1}", 100.0 * share);
    // A minus as long as the plus, and none before a zero.
    if text == "-0.0" { "+0.0".to_owned() } else { text.replace('-', "−") }
}

/// A difference of shares in words: `1 point`, `0.5 points`.
pub(super) fn points(share: f64) -> String {
    let value = (100.0 * share * 1e6).round() / 1e6;
    format!("{value} {}", if value == 1.0 { "point" } else { "points" })
}

/// A probability with three decimals, never quite 0 or 1 unless it is.
pub(super) fn probability(value: f64) -> String {
    match value {
        value if !value.is_finite() => MISSING.to_owned(),
        value if value < 0.0005 => "<0.001".to_owned(),
        value if value > 0.9995 && value < 1.0 => ">0.999".to_owned(),
        value => format!("{value:.3}"),
    }
}

/// A number that is no share, as a loss in nats, with three decimals.
pub(super) fn decimal(value: f64) -> String {
    // No minus before a zero.
    if value.is_finite() { format!("{:.3}", value + 0.0) } else { MISSING.to_owned() }
}

/// Seconds with about three digits that mean something.
pub(super) fn seconds(value: f64) -> String {
    match value {
        value if !value.is_finite() => MISSING.to_owned(),
        value if value < 0.0005 => "<0.001".to_owned(),
        value if value < 1.0 => format!("{value:.3}"),
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// A time that people wait for: `0.4 s`, `42 s`, `3 min 05 s`, `2 h 07 min`.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() || seconds < 0.0 {
        return MISSING.to_owned();
    }
    let whole = seconds.round() as u64;
    match whole {
        0..10 => format!("{seconds:.1} s"),
        10..60 => format!("{whole} s"),
        60..3600 => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{} h {:02} min", whole / 3600, whole % 3600 / 60),
    }
}

/// A count with its thousands apart: `213,642`.
pub(super) fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The first digits of a hash: enough to tell two apart by eye.
pub(super) fn short_hash(hash: &str) -> String {
    hash.chars().take(16).collect()
}

/// `text` once, or with `plural` behind it: `1 fold`, `10 folds`.
pub(super) fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{count, duration, percent, points, probability, seconds, signed};

    #[test]
    fn numbers_read_well() {
        assert_eq!(percent(0.758_49), "75.8");
        assert_eq!(percent(f64::NAN), "–");
        assert_eq!([0.072, -0.0004, -0.02].map(signed), ["+7.2", "+0.0", "−2.0"]);
        assert_eq!([0.01, 0.005, 0.0].map(points), ["1 point", "0.5 points", "0 points"]);
        assert_eq!(
            [0.0, 0.0301, 0.9997, 1.0].map(probability),
            ["<0.001", "0.030", ">0.999", "1.000"]
        );
        assert_eq!(
            [0.0001, 0.042, 4.25, 42.24, 422.4].map(seconds),
            ["<0.001", "0.042", "4.25", "42.2", "422"]
        );
        assert_eq!(
            [0.42, 42.4, 185.0, 7620.0].map(duration),
            ["0.4 s", "42 s", "3 min 05 s", "2 h 07 min"]
        );
        assert_eq!([0, 999, 1000, 213_642].map(count), ["0", "999", "1,000", "213,642"]);
    }
}
