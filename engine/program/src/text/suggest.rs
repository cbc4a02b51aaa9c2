//! Did you mean …? One suggestion at most, and only where it is near: a far one is worse than none.

/// The candidate nearest to `word`, if that is near enough: at most two typing mistakes (a letter more, less, wrong,
/// or two in the wrong order), and never more than half of the word. Of equally near ones that which begins like
/// `word` for longer (people err late in a word), then the first.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = letters(word);
    let near = (word.len() / 2).clamp(1, 2);
    let mut best: Option<(usize, usize, &str)> = None;
    for candidate in candidates {
        let other = letters(candidate);
        if candidate.is_empty() || other.len().abs_diff(word.len()) > near {
            continue;
        }
        let distance = mistakes(&word, &other);
        let alike = word.iter().zip(&other).take_while(|(a, b)| a == b).count();
        let farther = usize::MAX - alike;
        if distance <= near && best.is_none_or(|(d, f, _)| (distance, farther) < (d, f)) {
            best = Some((distance, farther, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Capitals and separators are no typing mistakes of their own: `Order_completed` is `order completed`.
fn letters(word: &str) -> Vec<char> {
    word.chars()
        .map(|c| if matches!(c, '_' | '-' | ' ') { ' ' } else { c.to_ascii_lowercase() })
        .take(80)
        .collect()
}

/// Optimal string alignment distance.
fn mistakes(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut this = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let wrong = usize::from(a[i - 1] != b[j - 1]);
            this[j] = (last[j] + 1).min(this[j - 1] + 1).min(last[j - 1] + wrong);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                this[j] = this[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, this);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let keys = ["topic", "on", "if", "quiet", "again", "while", "stop", "goal", "steps"];
        assert_eq!(closest("agian", keys), Some("again"));
        assert_eq!(closest("Quite", keys), Some("quiet"));
        assert_eq!(closest("step", keys), Some("steps"), "not `stop`, which is as near");
        assert_eq!(closest("no", keys), Some("on"));
        assert_eq!(closest("at", keys), None);
        assert_eq!(closest("whenever", keys), None);
        assert_eq!(closest("", keys), None);
        assert_eq!(closest("order_completed", ["Order Completed"]), Some("Order Completed"));
    }
}
