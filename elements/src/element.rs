//! Elements: how `view!` puts them together, and how they get into the document.

use framework::prelude::{Mountable, Render, RenderHtml};
use framework::tachys::html::attribute::AttributeValue;
use framework::tachys::html::attribute::any_attribute::AnyAttribute;
use framework::tachys::html::element::ElementType;
use framework::tachys::html::event::EventDescriptor;
use framework::tachys::html::node_ref::NodeRefContainer;
use framework::tachys::hydration::Cursor;
use framework::tachys::renderer::types::{Element as DomElement, Event, Node as DomNode};
use framework::tachys::renderer::{CastFrom, Rndr};
use framework::tachys::ssr::StreamBuilder;
use framework::tachys::view::{Position, PositionState};

use crate::attribute::{Attribute, AttributeState, Fixed, IntoAttributeValue, Value, Written};
use crate::convert::IntoAny;
use crate::node::{Kind, Node, NodeState, hydrated};

const SVG: &str = "http://www.w3.org/2000/svg";

pub struct Element {
    tag: &'static str,
    namespace: Option<&'static str>,
    attributes: Vec<Attribute>,
    pub(crate) children: Vec<Node>,
}

/// An [`Element`] in the document.
pub struct ElementState {
    tag: &'static str,
    element: DomElement,
    attributes: Vec<AttributeState>,
    children: Vec<NodeState>,
}

/// What `class=` and `class:name=` take.
pub trait IntoClass {
    fn into_class(self) -> Attribute;
}

impl<V: IntoAttributeValue> IntoClass for V {
    fn into_class(self) -> Attribute {
        Attribute::Named("class", self.into_attribute_value())
    }
}

impl<V: IntoAttributeValue> IntoClass for (&'static str, V) {
    fn into_class(self) -> Attribute {
        Attribute::Class(self.0, self.1.into_attribute_value())
    }
}

/// What `view!` calls on elements.
impl Node {
    fn element(tag: &'static str, namespace: Option<&'static str>) -> Node {
        Kind::Element(Element { tag, namespace, attributes: Vec::new(), children: Vec::new() }).into()
    }

    pub(crate) fn with(mut self, attribute: Attribute) -> Node {
        if let Kind::Element(element) = &mut *self.0 {
            element.attributes.push(attribute);
        }
        self
    }

    fn holding(mut self, child: Node) -> Node {
        if let Kind::Element(element) = &mut *self.0 {
            element.children = match *child.0 {
                Kind::Several(nodes) => nodes,
                kind => vec![kind.into()],
            };
        }
        self
    }

    pub fn child(self, child: impl IntoAny) -> Node {
        self.holding(child.into_any())
    }

    pub fn class(self, class: impl IntoClass) -> Node {
        self.with(class.into_class())
    }

    pub fn attr(self, name: &'static str, value: impl IntoAttributeValue) -> Node {
        self.with(Attribute::Named(name, value.into_attribute_value()))
    }

    pub fn inner_html(self, html: impl IntoAttributeValue) -> Node {
        match html.into_attribute_value().fixed() {
            Fixed::Text(html) => self.with(Attribute::Html(html)),
            Fixed::Absent | Fixed::Present => self,
        }
    }

    pub fn on<E>(self, event: E, handle: impl FnMut(E::EventType) + 'static) -> Node
    where
        E: EventDescriptor,
        E::EventType: From<Event> + 'static,
    {
        self.with(Attribute::listener(event.name(), handle))
    }

    pub fn node_ref<E: ElementType>(self, reference: impl NodeRefContainer<E>) -> Node {
        self.with(Attribute::Reference(Box::new(move |element| reference.load(element))))
    }

    fn named(self, name: &'static str, value: Value) -> Node {
        self.with(Attribute::Named(name, value))
    }
}

macro_rules! attributes {
    ($($method:ident = $name:literal)*) => {
        impl Node {
            $(pub fn $method(self, value: impl IntoAttributeValue) -> Node {
                self.named($name, value.into_attribute_value())
            })*
        }
    };
}
attributes! {
    r#for = "for" r#type = "type" accept = "accept" action = "action" aria_activedescendant = "aria-activedescendant"
    aria_autocomplete = "aria-autocomplete" aria_busy = "aria-busy" aria_controls = "aria-controls" aria_current = "aria-current"
    aria_describedby = "aria-describedby" aria_disabled = "aria-disabled" aria_expanded = "aria-expanded" aria_haspopup = "aria-haspopup"
    aria_hidden = "aria-hidden" aria_invalid = "aria-invalid" aria_label = "aria-label" aria_labelledby = "aria-labelledby"
    aria_live = "aria-live" aria_pressed = "aria-pressed" aria_selected = "aria-selected" aria_sort = "aria-sort"
    autocomplete = "autocomplete" autofocus = "autofocus" charset = "charset" checked = "checked" closedby = "closedby"
    colspan = "colspan" command = "command" commandfor = "commandfor" content = "content" datetime = "datetime" dir = "dir"
    disabled = "disabled" download = "download" enctype = "enctype" form = "form" formaction = "formaction" height = "height" hidden = "hidden" href = "href"
    id = "id" inputmode = "inputmode" lang = "lang" list = "list" max = "max" maxlength = "maxlength" method = "method" min = "min"
    multiple = "multiple" name = "name" nonce = "nonce" novalidate = "novalidate" open = "open" pattern = "pattern"
    placeholder = "placeholder" popover = "popover" popovertarget = "popovertarget" readonly = "readonly" rel = "rel"
    required = "required" role = "role" rows = "rows" scope = "scope" selected = "selected" spellcheck = "spellcheck" src = "src"
    step = "step" style = "style" tabindex = "tabindex" target = "target" title = "title" value = "value" width = "width"
}

macro_rules! tags {
    ($namespace:expr, $($tag:ident)*) => {
        $(pub fn $tag() -> $crate::Node {
            $crate::Node::element(stringify!($tag), $namespace)
        })*
    };
}

#[rustfmt::skip]
pub mod tags {
    tags!(None, a address article aside b body br button caption code datalist dd details dialog div dl dt em fieldset figcaption
        figure footer form h1 h2 h3 h4 head header hr html i img input kbd label legend li link main mark meta nav noscript ol optgroup
        option output p pre progress s script search section select small span strong style sub summary sup table tbody td template
        textarea tfoot th thead time title tr ul wbr);
}

#[rustfmt::skip]
pub mod svg_tags {
    use super::SVG;
    tags!(Some(SVG), circle defs g line path polygon polyline rect svg text tspan);

    pub fn r#use() -> crate::Node {
        crate::Node::element("use", Some(SVG))
    }
}

impl Element {
    /// Without an end and without children.
    fn is_void(&self) -> bool {
        matches!(self.tag, "br" | "hr" | "img" | "input" | "link" | "meta" | "wbr")
    }

    fn is_raw(&self) -> bool {
        matches!(self.tag, "script" | "style")
    }

    pub(crate) fn html_len(&self) -> usize {
        2 * self.tag.len() + 5 + 24 * self.attributes.len() + self.children.iter().map(RenderHtml::html_len).sum::<usize>()
    }

    pub(crate) fn dry_resolve(&mut self) {
        self.attributes.iter_mut().for_each(Attribute::dry_resolve);
        self.children.iter_mut().for_each(RenderHtml::dry_resolve);
    }

    /// Writes the tag that begins it; answers what is inside where that is markup.
    fn begin(&mut self, buf: &mut String, others: Vec<AnyAttribute>) -> String {
        let mut written = Written::default();
        for attribute in self.attributes.drain(..).chain(others.into_iter().map(Attribute::Foreign)) {
            attribute.write(&mut written);
        }
        buf.push('<');
        buf.push_str(self.tag);
        buf.push_str(&written.tag);
        for (name, value) in [("class", written.class.trim()), ("style", written.style.trim())] {
            if !value.is_empty() {
                AttributeValue::to_html(value, name, buf);
            }
        }
        buf.push('>');
        written.inner
    }

    fn end(&self, buf: &mut String) {
        if !self.is_void() {
            buf.push_str("</");
            buf.push_str(self.tag);
            buf.push('>');
        }
    }

    pub(crate) fn write(mut self, buf: &mut String, position: &mut Position, mark: bool, others: Vec<AnyAttribute>) {
        let inner = self.begin(buf, others);
        buf.push_str(&inner);
        *position = Position::FirstChild;
        for child in std::mem::take(&mut self.children) {
            child.to_html_with_buf(buf, position, !self.is_raw(), mark, Vec::new());
        }
        self.end(buf);
        *position = Position::NextChild;
    }

    pub(crate) fn write_async<const OUT_OF_ORDER: bool>(
        mut self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        mark: bool,
        others: Vec<AnyAttribute>,
    ) {
        buf.with_buf(|buf| {
            let inner = self.begin(buf, others);
            buf.push_str(&inner);
        });
        *position = Position::FirstChild;
        for child in std::mem::take(&mut self.children) {
            child.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, !self.is_raw(), mark, Vec::new());
        }
        buf.with_buf(|buf| self.end(buf));
        *position = Position::NextChild;
    }

    pub(crate) fn build(self) -> ElementState {
        let element = Rndr::create_element(self.tag, self.namespace);
        let attributes = self.attributes.into_iter().map(|attribute| attribute.build(&element, false)).collect();
        let mut children: Vec<NodeState> = self.children.into_iter().map(Node::build).collect();
        for child in &mut children {
            child.mount(&element, None);
        }
        ElementState { tag: self.tag, element, attributes, children }
    }

    /// Onto one [like](ElementState::is_like) it.
    pub(crate) fn rebuild(self, state: &mut ElementState) {
        for (attribute, state_of) in self.attributes.into_iter().zip(&mut state.attributes) {
            attribute.rebuild(&state.element, state_of);
        }
        for (child, state) in self.children.into_iter().zip(&mut state.children) {
            child.rebuild(state);
        }
    }

    pub(crate) fn hydrate(self, cursor: &Cursor, position: &PositionState) -> ElementState {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        let node = cursor.current();
        let Some(element) = DomElement::cast_from(node.clone()) else {
            panic!("<{}> is not where it was rendered: there is {}", self.tag, node.node_name());
        };
        let attributes = self.attributes.into_iter().map(|attribute| attribute.build(&element, true)).collect();
        position.set(Position::FirstChild);
        // What a script or a style holds is text as it was sent.
        let raw = matches!(self.tag, "script" | "style");
        let children = if raw { Vec::new() } else { hydrated(self.children, cursor, position) };
        cursor.set(node);
        position.set(Position::NextChild);
        ElementState { tag: self.tag, element, attributes, children }
    }
}

impl ElementState {
    /// Whether it can become `element` without being made anew.
    pub(crate) fn is_like(&self, element: &Element) -> bool {
        self.tag == element.tag
            && self.children.len() == element.children.len()
            && self.attributes.len() == element.attributes.len()
            && self.attributes.iter().zip(&element.attributes).all(|(old, new)| old.is_like(new))
    }
}

impl Mountable for ElementState {
    fn unmount(&mut self) {
        Rndr::remove(&self.element);
    }

    fn mount(&mut self, parent: &DomElement, marker: Option<&DomNode>) {
        Rndr::insert_node(parent, &self.element, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.element.insert_before_this(child)
    }

    fn elements(&self) -> Vec<DomElement> {
        vec![self.element.clone()]
    }
}
