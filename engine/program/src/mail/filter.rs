//! Filters (`| upper`) and questions (`is defined`) that a mail may use: those of the library that cannot fail on
//! what they take, cost nothing, and say nothing about HTML. Of each, what it takes and what it gives.

use super::value::Type;

/// What a filter or a question takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Takes {
    /// Also what may be missing.
    Missing,
    Text,
    Number,
    /// A list, or the letters of a text.
    Many,
}

/// What stands in the brackets of a filter or behind a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Argument {
    Anything,
    Text,
    /// A whole number in digits, up to the number of digits that a sum of money can use.
    Digits,
    /// A number in digits, and not 0.
    Divisor,
}

/// What a filter gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gives {
    /// What it was given, or what is said instead.
    Default,
    Text,
    Number,
    Texts,
    /// One of many; none of an empty one.
    One,
}

/// One filter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) gives: Gives,
    /// How much may stand in its brackets, at least and at most, and what each of it is.
    pub(super) arguments: (usize, usize, Argument),
    pub(super) example: &'static str,
}

const fn filter(
    name: &'static str,
    takes: Takes,
    gives: Gives,
    arguments: (usize, usize, Argument),
    example: &'static str,
) -> Filter {
    Filter { name, takes, gives, arguments, example }
}

pub(super) const FILTERS: [Filter; 14] = [
    filter(
        "default",
        Takes::Missing,
        Gives::Default,
        (1, 2, Argument::Anything),
        "default('there')",
    ),
    filter("upper", Takes::Text, Gives::Text, (0, 0, Argument::Text), "upper"),
    filter("lower", Takes::Text, Gives::Text, (0, 0, Argument::Text), "lower"),
    filter("title", Takes::Text, Gives::Text, (0, 0, Argument::Text), "title"),
    filter("capitalize", Takes::Text, Gives::Text, (0, 0, Argument::Text), "capitalize"),
    filter("trim", Takes::Text, Gives::Text, (0, 0, Argument::Text), "trim"),
    filter("replace", Takes::Text, Gives::Text, (2, 2, Argument::Text), "replace('&', 'and')"),
    filter("split", Takes::Text, Gives::Texts, (1, 1, Argument::Text), "split(' ')"),
    filter("join", Takes::Many, Gives::Text, (0, 1, Argument::Text), "join(', ')"),
    filter("first", Takes::Many, Gives::One, (0, 0, Argument::Text), "first"),
    filter("last", Takes::Many, Gives::One, (0, 0, Argument::Text), "last"),
    filter("length", Takes::Many, Gives::Number, (0, 0, Argument::Text), "length"),
    filter("round", Takes::Number, Gives::Number, (0, 1, Argument::Digits), "round(2)"),
    filter("abs", Takes::Number, Gives::Number, (0, 0, Argument::Text), "abs"),
];

/// Questions: name, what each is asked of, and what stands behind it.
pub(super) const QUESTIONS: [(&str, Takes, Option<Argument>); 8] = [
    ("defined", Takes::Missing, None),
    ("undefined", Takes::Missing, None),
    ("none", Takes::Missing, None),
    ("odd", Takes::Number, None),
    ("even", Takes::Number, None),
    ("divisibleby", Takes::Number, Some(Argument::Divisor)),
    ("startingwith", Takes::Text, Some(Argument::Text)),
    ("endingwith", Takes::Text, Some(Argument::Text)),
];

impl Takes {
    /// Whether something of a type can be given to it.
    pub(super) const fn fits(self, found: Type) -> bool {
        match (self, found) {
            (Self::Missing, _) | (_, Type::Any) => true,
            (Self::Text, found) => matches!(found, Type::Text),
            (Self::Number, found) => matches!(found, Type::Number),
            (Self::Many, found) => matches!(found, Type::Text | Type::Texts | Type::List),
        }
    }

    /// "takes a number"
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Missing => "anything",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Many => "text or a list",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::{Environment, UndefinedBehavior, context};

    /// The library fills what we let pass.
    #[test]
    fn every_filter_and_question_is_one_of_the_library() {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        let value = |takes: Takes| match takes {
            Takes::Missing => "nowhere",
            Takes::Text | Takes::Many => "'a b'",
            Takes::Number => "4.25",
        };
        for Filter { takes, example, .. } in FILTERS {
            let text = format!("{{{{ {} | {example} }}}}", value(takes));
            let filled = environment.render_str(&text, context! {}).unwrap();
            assert_ne!(filled, "", "{text}");
        }
        for (name, takes, argument) in QUESTIONS {
            let argument = match argument {
                None => "",
                Some(Argument::Digits | Argument::Divisor) => "(2)",
                Some(Argument::Anything | Argument::Text) => "('a')",
            };
            let text = format!("{{% if {} is {name}{argument} %}}x{{% endif %}}", value(takes));
            environment.render_str(&text, context! {}).unwrap();
        }
    }
}
