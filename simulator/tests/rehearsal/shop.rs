//! People shop what the shop sells: every product, category and price of what they do is of its catalogue, a cart costs
//! about what its order is worth, and what somebody buys changes nobody's orders.

use crate::programs::{MONDAY, cart, changed, mailable, outline, run};
use foresend_core::customer::input::Line;
use foresend_core::id::ProductId;
use foresend_core::money::Amount;
use foresend_core::world::catalogue::Catalogue;
use foresend_core::world::event::{EventDef, EventIx, PropertyType};
use foresend_core::world::program::{Outline, Program};
use foresend_core::world::stream::{Keeps, Stream};
use foresend_core::world::value::Kept;
use foresend_simulator::rehearsal::{
    AS_WRITTEN, NO_FAULTS, NO_MAIL, Plan, Told, products, rehearse, trace,
};
use std::collections::{BTreeMap, BTreeSet};

/// The columns of the shop, as its program knows them.
fn columns() -> Vec<(String, PropertyType)> {
    let columns = [
        ("id", PropertyType::Text),
        ("category", PropertyType::Text),
        ("price", PropertyType::Number),
    ];
    columns.map(|(name, of)| (name.to_owned(), of)).to_vec()
}

/// Five categories of forty items, from 5 to 200, and a gift card without category or price.
fn catalogue() -> Catalogue {
    let item = |(id, category, price): (String, Option<&str>, Option<i64>)| {
        let category = category.map(|name| Kept::Text(name.into()));
        let price = price.map(|price| Kept::Number(Amount::whole(price)));
        let cells = [Some(Kept::Text(id.as_str().into())), category, price];
        (ProductId::of(&id), cells.into())
    };
    let categories = ["knitwear", "shirts", "socks", "scarves", "shoes"];
    let goods = categories.iter().flat_map(|&category| {
        (1..=40).map(move |at| (format!("{category}-{at}"), Some(category), Some(5 * at)))
    });
    let card = ("gift-card".to_owned(), None, None);
    Catalogue::new(columns(), goods.chain([card]).map(item).collect())
}

/// A cart journey, and facts that read what was viewed and added.
fn program() -> Program {
    let outline = Outline { columns: columns(), ..outline(vec![cart(&[1])]) };
    let viewed = EventIx::PRODUCT_VIEWED;
    let of = |name| EventDef::builtin()[usize::from(viewed.0)].property(name).unwrap().0;
    let reads = ["product_id", "category", "price"].map(|name| {
        let keeps = Keeps::Last(of(name));
        Stream { keeps, ..Stream::of(viewed) }
    });
    let streams = outline.streams.iter().cloned().chain(reads).collect();
    Program::new(Outline { streams, ..outline })
}

#[test]
fn what_people_do_is_about_things_of_the_catalogue() {
    let preset = changed(&mailable(), &[("purchase.alpha", &[0.25])]); // many orders
    let (program, preset, catalogue) = (&program(), &preset, &catalogue());
    let plan = Plan {
        program,
        catalogue: Some(catalogue),
        preset,
        customers: 500,
        from: MONDAY,
        days: 60,
        seed: 42,
        threads: 1,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let names = products(&plan);
    assert_eq!(names.len(), catalogue.len());
    let usual = |line: &Line| {
        let category = names[&line.product].split_once('-').unwrap();
        match category {
            ("gift", "card") => None,
            (_, at) => Some(5 * at.parse::<i64>().unwrap()),
        }
    };
    let (mut views, mut fits, mut lines) = (BTreeMap::new(), 0, 0);
    let (mut carts, mut seen) = (0, 0);
    for customer in 0..plan.customers {
        let mut last = None;
        for step in trace(&plan, customer, NO_MAIL).unwrap().steps {
            let Told::Event { name, properties, products, .. } = step.told else { continue };
            if name == EventIx::PRODUCT_VIEWED {
                let [line] = &*products else { panic!("{products:?}") };
                let price = usual(line).map(Amount::whole);
                assert!(price.is_none_or(|price| price == line.price), "{line:?}");
                let said: Vec<&str> = properties
                    .iter()
                    .filter_map(|(_, value)| match value {
                        Kept::Text(text) => Some(&**text),
                        Kept::Number(_) | Kept::Date(_) | Kept::Bool(_) => None,
                    })
                    .collect();
                let id = &*names[&line.product];
                match usual(line) {
                    Some(_) => assert_eq!(said, [id, id.split_once('-').unwrap().0]),
                    None => assert_eq!(said, ["gift-card"], "it has no category"),
                }
                *views.entry(id.to_owned()).or_insert(0) += 1;
                last = Some(line.product);
            } else if name == EventIx::PRODUCT_ADDED {
                // The first line is what was looked at last, but for those with two sessions at once.
                if let Some(viewed) = last.take() {
                    carts += 1;
                    seen += u32::from(products[0].product == viewed);
                }
            } else if name == EventIx::ORDER_COMPLETED && !products.is_empty() {
                let different: BTreeSet<_> = products.iter().map(|line| line.product).collect();
                assert_eq!(different.len(), products.len());
                for line in &products {
                    let Some(usual) = usual(line) else { continue };
                    let apart = line.price.parts() as f64 / Amount::whole(usual).parts() as f64;
                    fits += u32::from((0.79..1.34).contains(&apart));
                    lines += 1;
                }
            }
        }
    }
    // But for lines of less than 4, of more than 250, and those left when another was taken out.
    assert!(lines > 250 && fits > lines * 80 / 100, "{fits} of {lines}");
    assert!(carts > 400 && seen > carts * 9 / 10, "{seen} of {carts}");
    assert!(views.len() > 150, "{}", views.len());
    assert!(views["knitwear-1"] > 4 * views["knitwear-30"], "the first are the most popular");
}

#[test]
fn what_the_shop_sells_changes_no_orders() {
    let (program, preset, catalogue) = (program(), mailable(), catalogue());
    let described = run(&program, &preset, 5_000, 2);
    let plan = Plan {
        program: &program,
        catalogue: Some(&catalogue),
        preset: &preset,
        customers: 5_000,
        from: MONDAY,
        days: 60,
        seed: 42,
        threads: 2,
        left_out: &[],
        compared: &[],
        faults: &NO_FAULTS,
        assumed: &[],
        by_day: false,
    };
    let own = rehearse(&plan, &|_, _| ()).unwrap();
    assert_eq!((&own.orders, &own.revenue), (&described.orders, &described.revenue));
    assert!(own.arms[AS_WRITTEN].orders > own.arms[NO_MAIL].orders);
}
