//! Attributes, classes, listeners and references of an element.

use std::borrow::Cow;
use std::mem;

use framework::prelude::{Get, Memo, Owner, ReadSignal, RenderEffect, RwSignal, Signal};
use framework::tachys::html::attribute::any_attribute::AnyAttribute;
use framework::tachys::html::attribute::{Attribute as FrameworkAttribute, AttributeValue};
use framework::tachys::renderer::types::{Element as DomElement, Event};
use framework::tachys::renderer::{RemoveEventHandler, Rndr};
use send_wrapper::SendWrapper;

/// What an attribute is at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fixed {
    #[default]
    Absent,
    /// There, without a value: `disabled`.
    Present,
    Text(Cow<'static, str>),
}

/// What an attribute is, or how that is found out whenever it may have changed. A pointer, as a node is.
pub struct Value(Box<Kind>);

enum Kind {
    Fixed(Fixed),
    Dynamic(Follow),
}

type Follow = Box<dyn FnMut() -> Fixed + Send>;

impl Value {
    pub(crate) fn fixed(self) -> Fixed {
        match *self.0 {
            Kind::Fixed(fixed) => fixed,
            Kind::Dynamic(mut follow) => follow(),
        }
    }

    fn following(follow: Follow) -> Value {
        Value(Box::new(Kind::Dynamic(follow)))
    }
}

impl From<Fixed> for Value {
    fn from(fixed: Fixed) -> Value {
        Value(Box::new(Kind::Fixed(fixed)))
    }
}

/// What can be written as the value of an attribute.
pub trait IntoAttributeValue {
    fn into_attribute_value(self) -> Value;
}

impl IntoAttributeValue for Value {
    #[inline(always)]
    fn into_attribute_value(self) -> Value {
        self
    }
}

impl IntoAttributeValue for &'static str {
    fn into_attribute_value(self) -> Value {
        Fixed::Text(Cow::Borrowed(self)).into()
    }
}

impl IntoAttributeValue for String {
    fn into_attribute_value(self) -> Value {
        Fixed::Text(Cow::Owned(self)).into()
    }
}

impl IntoAttributeValue for bool {
    fn into_attribute_value(self) -> Value {
        if self { Fixed::Present } else { Fixed::Absent }.into()
    }
}

impl<T: IntoAttributeValue> IntoAttributeValue for Option<T> {
    fn into_attribute_value(self) -> Value {
        match self {
            Some(value) => value.into_attribute_value(),
            None => Fixed::Absent.into(),
        }
    }
}

impl<F, T> IntoAttributeValue for F
where
    F: FnMut() -> T + Send + 'static,
    T: IntoAttributeValue,
{
    fn into_attribute_value(mut self) -> Value {
        Value::following(Box::new(move || self().into_attribute_value().fixed()))
    }
}

macro_rules! signals {
    ($($signal:ident)*) => {$(
        impl<T> IntoAttributeValue for $signal<T>
        where
            T: IntoAttributeValue + Clone + Send + Sync + 'static,
        {
            fn into_attribute_value(self) -> Value {
                // Gone, where what is shown is about to be replaced.
                (move || self.try_get()).into_attribute_value()
            }
        }
    )*};
}
signals!(Signal Memo RwSignal ReadSignal);

macro_rules! numbers {
    ($($number:ident)*) => {$(
        impl IntoAttributeValue for $number {
            fn into_attribute_value(self) -> Value {
                self.to_string().into_attribute_value()
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 usize i32 i64 f64);

/// Anything that is said of an element in its tag.
pub enum Attribute {
    Named(&'static str, Value),
    /// A class that comes and goes.
    Class(&'static str, Value),
    /// Nothing on the server, where no event comes.
    Listener(Cow<'static, str>, Option<SendWrapper<Listener>>),
    /// Told of the element once it is there.
    Reference(Box<dyn FnOnce(&DomElement) + Send>),
    /// What the element holds, as markup.
    Html(Cow<'static, str>),
    Foreign(AnyAttribute),
}

pub type Listener = Box<dyn FnMut(Event)>;

/// An [`Attribute`] on its element in the document.
pub enum AttributeState {
    Named(&'static str, Held),
    Class(&'static str, Held),
    Listener(Option<RemoveEventHandler<DomElement>>),
    Reference,
    Html(Cow<'static, str>),
    Foreign(<AnyAttribute as FrameworkAttribute>::State),
}

pub enum Held {
    Fixed(Fixed),
    /// Follows what it reads for as long as it is held.
    Dynamic {
        _effect: RenderEffect<Fixed>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Named,
    Class,
}

/// Writes onto the element what the attribute, or the class, is.
fn set(element: &DomElement, of: Of, name: &'static str, to: &Fixed) {
    match (of, to) {
        (Of::Named, Fixed::Absent) => Rndr::remove_attribute(element, name),
        (Of::Named, Fixed::Present) => Rndr::set_attribute(element, name, ""),
        (Of::Named, Fixed::Text(text)) => Rndr::set_attribute(element, name, text),
        (Of::Class, Fixed::Absent) => Rndr::remove_class(&Rndr::class_list(element), name),
        (Of::Class, _) => Rndr::add_class(&Rndr::class_list(element), name),
    }
}

/// `there`: the server has written it already.
fn hold(element: &DomElement, of: Of, name: &'static str, value: Value, there: bool) -> Held {
    match *value.0 {
        Kind::Fixed(fixed) => {
            if !there && fixed != Fixed::Absent {
                set(element, of, name, &fixed);
            }
            Held::Fixed(fixed)
        }
        Kind::Dynamic(mut follow) => {
            let element = element.clone();
            Held::Dynamic {
                _effect: RenderEffect::new(move |before: Option<Fixed>| {
                    let now = follow();
                    if before.as_ref().map_or(!there, |before| *before != now) {
                        set(&element, of, name, &now);
                    }
                    now
                }),
            }
        }
    }
}

fn hold_anew(element: &DomElement, of: Of, name: &'static str, value: Value, held: &mut Held) {
    if let (Kind::Fixed(new), Held::Fixed(old)) = (&*value.0, &*held)
        && new == old
    {
        return;
    }
    // What followed before must not write any more.
    *held = Held::Fixed(Fixed::Absent);
    if let Kind::Fixed(Fixed::Absent) = *value.0 {
        set(element, of, name, &Fixed::Absent);
    }
    *held = hold(element, of, name, value, false);
}

fn listen(element: &DomElement, name: &str, listener: Option<SendWrapper<Listener>>) -> Option<RemoveEventHandler<DomElement>> {
    listener.map(|listener| Rndr::add_event_listener(element, name, listener.take()))
}

impl Attribute {
    /// A listener that runs as what was set up where it is written.
    pub(crate) fn listener<E: From<Event> + 'static>(name: Cow<'static, str>, mut handle: impl FnMut(E) + 'static) -> Attribute {
        let owner = Owner::current().unwrap_or_default();
        let listener = || SendWrapper::new(Box::new(move |event| owner.with(|| handle(E::from(event)))) as Listener);
        Attribute::Listener(name, (!cfg!(feature = "ssr")).then(listener))
    }

    /// `there`: on what the server has written.
    pub(crate) fn build(self, element: &DomElement, there: bool) -> AttributeState {
        match self {
            Attribute::Named(name, value) => AttributeState::Named(name, hold(element, Of::Named, name, value, there)),
            Attribute::Class(name, value) => AttributeState::Class(name, hold(element, Of::Class, name, value, there)),
            Attribute::Listener(name, listener) => AttributeState::Listener(listen(element, &name, listener)),
            Attribute::Reference(tell) => {
                tell(element);
                AttributeState::Reference
            }
            Attribute::Html(html) => {
                if !there {
                    Rndr::set_inner_html(element, &html);
                }
                AttributeState::Html(html)
            }
            Attribute::Foreign(attribute) if there => AttributeState::Foreign(attribute.hydrate::<true>(element)),
            Attribute::Foreign(attribute) => AttributeState::Foreign(attribute.build(element)),
        }
    }

    /// Onto the same element; `state` is of one [like](AttributeState::is_like) it.
    pub(crate) fn rebuild(self, element: &DomElement, state: &mut AttributeState) {
        match (self, state) {
            (Attribute::Named(name, value), AttributeState::Named(_, held)) => hold_anew(element, Of::Named, name, value, held),
            (Attribute::Class(name, value), AttributeState::Class(_, held)) => hold_anew(element, Of::Class, name, value, held),
            (Attribute::Listener(name, listener), AttributeState::Listener(state)) => {
                drop(mem::take(state));
                *state = listen(element, &name, listener);
            }
            (Attribute::Html(html), AttributeState::Html(old)) if html == *old => {}
            (Attribute::Foreign(attribute), AttributeState::Foreign(state)) => attribute.rebuild(state),
            (attribute, state) => *state = attribute.build(element, false),
        }
    }

    pub(crate) fn dry_resolve(&mut self) {
        match self {
            Attribute::Named(_, value) | Attribute::Class(_, value) => {
                if let Kind::Dynamic(follow) = &mut *value.0 {
                    follow();
                }
            }
            Attribute::Foreign(attribute) => attribute.dry_resolve(),
            Attribute::Listener(..) | Attribute::Reference(_) | Attribute::Html(_) => {}
        }
    }

    pub(crate) fn write(self, written: &mut Written) {
        match self {
            Attribute::Named("class", value) => {
                if let Fixed::Text(text) = value.fixed() {
                    written.class.push_str(&text);
                }
            }
            Attribute::Named(name, value) => match value.fixed() {
                Fixed::Absent => {}
                Fixed::Present => true.to_html(name, &mut written.tag),
                Fixed::Text(text) => text.as_ref().to_html(name, &mut written.tag),
            },
            Attribute::Class(name, value) => {
                if value.fixed() != Fixed::Absent {
                    written.class.push(' ');
                    written.class.push_str(name);
                }
            }
            Attribute::Listener(..) | Attribute::Reference(_) => {}
            Attribute::Html(html) => written.inner.push_str(&html),
            Attribute::Foreign(attribute) => {
                attribute.to_html(&mut written.tag, &mut written.class, &mut written.style, &mut written.inner);
            }
        }
    }
}

impl AttributeState {
    pub(crate) fn is_like(&self, attribute: &Attribute) -> bool {
        match (self, attribute) {
            (AttributeState::Named(old, _), Attribute::Named(new, _)) | (AttributeState::Class(old, _), Attribute::Class(new, _)) => {
                old == new
            }
            (AttributeState::Listener(_), Attribute::Listener(..))
            | (AttributeState::Reference, Attribute::Reference(_))
            | (AttributeState::Html(_), Attribute::Html(_))
            | (AttributeState::Foreign(_), Attribute::Foreign(_)) => true,
            _ => false,
        }
    }
}

/// The parts of an element's markup that attributes write.
#[derive(Default)]
pub(crate) struct Written {
    pub tag: String,
    pub class: String,
    pub style: String,
    pub inner: String,
}
