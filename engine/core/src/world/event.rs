//! The names of what happens. Every program knows the built-in events, in this order and under these numbers;
//! what it declares itself follows. A name in neither is [`EventIx::OTHER`]: it moves nothing but "last seen".

use super::value::Value;

/// An event's place in a program's vocabulary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EventIx(pub u16);

/// A property's place in its event's list of properties.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PropertyIx(pub u16);

/// Who causes an event: only the customer's own doing shows that they are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The customer, on the site or in the app.
    Customer,
    /// The shop: it says nothing about where the customer is.
    Shop,
    /// Us: our mails, and what people answered to them.
    Ourselves,
    /// The catalogue: stock and prices.
    Catalogue,
}

/// What a property holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PropertyType {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    Bool,
}

/// One event of a vocabulary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventDef {
    /// As it arrives: "Order Completed".
    pub name: String,
    /// Who causes it.
    pub cause: Cause,
    /// Its properties and their types; [`PropertyIx`] counts them.
    pub properties: Vec<(String, PropertyType)>,
}

macro_rules! builtin {
    ($($(#[$doc:meta])* $number:literal $ident:ident $name:literal $cause:ident [$($property:literal $type:ident),*];)*) => {
        impl EventIx {
            $($(#[$doc])* #[doc = concat!("\"", $name, "\"")] pub const $ident: Self = Self($number);)*
        }
        /// The events every program knows, in the order of their numbers.
        const BUILTIN: &[(u16, &str, Cause, &[(&str, PropertyType)])] = &[
            $(($number, $name, Cause::$cause, &[$(($property, PropertyType::$type)),*]),)*
        ];
    };
}

// Numbers are used by stored state: never give one out twice. Names and properties: the Segment e-commerce
// specification, version 2, as far as shops send it; then our own and the catalogue's.
builtin! {
    /// A page or screen call, or a name no program declares. Never listened to.
    0 OTHER "" Customer [];
    1 PRODUCTS_SEARCHED "Products Searched" Customer ["query" Text];
    2 PRODUCT_LIST_VIEWED "Product List Viewed" Customer ["list_id" Text, "category" Text];
    3 PRODUCT_LIST_FILTERED "Product List Filtered" Customer ["list_id" Text, "category" Text];
    4 PROMOTION_VIEWED "Promotion Viewed" Customer ["promotion_id" Text, "name" Text];
    5 PROMOTION_CLICKED "Promotion Clicked" Customer ["promotion_id" Text, "name" Text];
    6 PRODUCT_CLICKED "Product Clicked" Customer ["product_id" Text, "sku" Text, "category" Text, "name" Text, "price" Number, "quantity" Number];
    7 PRODUCT_VIEWED "Product Viewed" Customer ["product_id" Text, "sku" Text, "category" Text, "name" Text, "price" Number, "quantity" Number];
    8 PRODUCT_ADDED "Product Added" Customer ["cart_id" Text, "product_id" Text, "sku" Text, "category" Text, "name" Text, "price" Number, "quantity" Number];
    9 PRODUCT_REMOVED "Product Removed" Customer ["cart_id" Text, "product_id" Text, "sku" Text, "category" Text, "name" Text, "price" Number, "quantity" Number];
    10 CART_VIEWED "Cart Viewed" Customer ["cart_id" Text];
    11 CHECKOUT_STARTED "Checkout Started" Customer ["order_id" Text, "value" Number, "revenue" Number, "coupon" Text];
    12 CHECKOUT_STEP_VIEWED "Checkout Step Viewed" Customer ["checkout_id" Text, "step" Number];
    13 CHECKOUT_STEP_COMPLETED "Checkout Step Completed" Customer ["checkout_id" Text, "step" Number];
    14 PAYMENT_INFO_ENTERED "Payment Info Entered" Customer ["checkout_id" Text, "order_id" Text];
    15 ORDER_COMPLETED "Order Completed" Customer ["order_id" Text, "total" Number, "subtotal" Number, "revenue" Number, "shipping" Number, "tax" Number, "discount" Number, "coupon" Text];
    16 ORDER_UPDATED "Order Updated" Shop ["order_id" Text, "total" Number, "revenue" Number, "discount" Number];
    17 ORDER_REFUNDED "Order Refunded" Shop ["order_id" Text, "total" Number];
    18 ORDER_CANCELLED "Order Cancelled" Shop ["order_id" Text, "total" Number, "revenue" Number];
    19 COUPON_ENTERED "Coupon Entered" Customer ["order_id" Text, "coupon_id" Text];
    20 COUPON_APPLIED "Coupon Applied" Customer ["order_id" Text, "coupon_id" Text, "discount" Number];
    21 COUPON_DENIED "Coupon Denied" Customer ["order_id" Text, "coupon_id" Text];
    22 COUPON_REMOVED "Coupon Removed" Customer ["order_id" Text, "coupon_id" Text, "discount" Number];
    23 WISHLIST_ADDED "Product Added to Wishlist" Customer ["wishlist_id" Text, "product_id" Text, "price" Number];
    24 WISHLIST_REMOVED "Product Removed from Wishlist" Customer ["wishlist_id" Text, "product_id" Text, "price" Number];
    25 WISHLIST_TO_CART "Wishlist Product Added to Cart" Customer ["wishlist_id" Text, "product_id" Text, "price" Number];
    26 PRODUCT_SHARED "Product Shared" Customer ["product_id" Text, "share_via" Text];
    27 CART_SHARED "Cart Shared" Customer ["cart_id" Text, "share_via" Text];
    28 PRODUCT_REVIEWED "Product Reviewed" Customer ["product_id" Text, "review_id" Text, "rating" Number];
    29 ORDER_DELIVERED "Order Delivered" Shop ["order_id" Text];
    40 CONSENT_REQUESTED "Consent Requested" Ourselves ["topic" Text];
    41 CONSENT_GIVEN "Consent Given" Ourselves ["topic" Text, "basis" Text];
    42 CONSENT_WITHDRAWN "Consent Withdrawn" Ourselves ["topic" Text, "basis" Text];
    43 EMAIL_DELIVERED "Email Delivered" Ourselves ["journey" Text, "step" Text];
    44 EMAIL_BOUNCED "Email Bounced" Ourselves ["hard" Bool];
    45 EMAIL_OPENED "Email Opened" Ourselves ["journey" Text, "step" Text];
    46 EMAIL_LINK_CLICKED "Email Link Clicked" Ourselves ["journey" Text, "step" Text, "link" Text];
    47 BACK_IN_STOCK "Back In Stock" Catalogue ["product_id" Text];
    48 PRICE_DROPPED "Price Dropped" Catalogue ["product_id" Text];
}

/// First number of an event that a program declares itself.
pub const FIRST_DECLARED: u16 = 64;

impl EventDef {
    /// The vocabulary every program begins with. Numbers not given out have an empty name.
    #[must_use]
    pub fn builtin() -> Vec<Self> {
        let nobody = Self { name: String::new(), cause: Cause::Customer, properties: Vec::new() };
        let mut all = vec![nobody; usize::from(FIRST_DECLARED)];
        for &(number, name, cause, properties) in BUILTIN {
            all[usize::from(number)] = Self {
                name: name.to_owned(),
                cause,
                properties: properties.iter().map(|&(n, t)| (n.to_owned(), t)).collect(),
            };
        }
        all
    }

    /// Where `property` stands in this event's list.
    #[must_use]
    pub fn property(&self, property: &str) -> Option<(PropertyIx, PropertyType)> {
        let at = self.properties.iter().position(|(name, _)| name == property)?;
        Some((PropertyIx(u16::try_from(at).ok()?), self.properties[at].1))
    }
}

/// A property as it arrived.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Property<'a> {
    /// Which one.
    pub name: PropertyIx,
    /// Its value.
    pub value: Value<'a>,
}
