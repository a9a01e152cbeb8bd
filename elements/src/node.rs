//! What is shown, as a value.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use framework::prelude::{AddAnyAttr, AnyView, Mountable, Render, RenderHtml};
use framework::tachys::html::InertElement;
use framework::tachys::html::attribute::Attribute as FrameworkAttribute;
use framework::tachys::html::attribute::any_attribute::{AnyAttribute, IntoAnyAttribute};
use framework::tachys::hydration::Cursor;
use framework::tachys::renderer::types::{Element as DomElement, Node as DomNode, Placeholder};
use framework::tachys::ssr::StreamBuilder;
use framework::tachys::view::{Position, PositionState};

use crate::attribute::Attribute;
use crate::element::{Element, ElementState};

/// Anything that a page shows. A pointer, which costs the client least to hand from call to call.
pub struct Node(pub(crate) Box<Kind>);

pub(crate) enum Kind {
    Nothing,
    Text(Cow<'static, str>),
    Element(Element),
    /// Markup without anything that changes.
    Inert(InertElement),
    /// Side by side as written: always as many.
    Several(Vec<Node>),
    /// As many as there are.
    List(Vec<Node>),
    /// Shown anew when what it reads changes.
    Dynamic(Shown),
    /// What the framework makes: suspended content, outlets.
    Foreign(AnyView),
}

pub type Shown = Box<dyn FnMut() -> Node + Send>;

/// A [`Node`] in the document.
pub enum NodeState {
    Nothing(Placeholder),
    Text(<Cow<'static, str> as Render>::State),
    Element(Box<ElementState>),
    Inert(<InertElement as Render>::State),
    Several(SeveralState),
    List(<Vec<Node> as Render>::State),
    Dynamic(<Shown as Render>::State),
    Foreign(<AnyView as Render>::State),
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Node {
        Node(Box::new(kind))
    }
}

impl Render for Node {
    type State = NodeState;

    fn build(self) -> NodeState {
        match *self.0 {
            Kind::Nothing => NodeState::Nothing(Render::build(())),
            Kind::Text(text) => NodeState::Text(text.build()),
            Kind::Element(element) => NodeState::Element(Box::new(element.build())),
            Kind::Inert(inert) => NodeState::Inert(inert.build()),
            Kind::Several(nodes) => NodeState::Several(SeveralState(nodes.into_iter().map(Node::build).collect())),
            Kind::List(nodes) => NodeState::List(nodes.build()),
            Kind::Dynamic(shown) => NodeState::Dynamic(shown.build()),
            Kind::Foreign(view) => NodeState::Foreign(view.build()),
        }
    }

    fn rebuild(self, state: &mut NodeState) {
        match (*self.0, state) {
            (Kind::Nothing, NodeState::Nothing(_)) => {}
            (Kind::Text(text), NodeState::Text(state)) => text.rebuild(state),
            (Kind::Element(element), NodeState::Element(state)) if state.is_like(&element) => element.rebuild(state),
            (Kind::Inert(inert), NodeState::Inert(state)) => inert.rebuild(state),
            (Kind::Several(nodes), NodeState::Several(SeveralState(states))) if nodes.len() == states.len() => {
                for (node, state) in nodes.into_iter().zip(states) {
                    node.rebuild(state);
                }
            }
            (Kind::List(nodes), NodeState::List(state)) => nodes.rebuild(state),
            (Kind::Dynamic(shown), NodeState::Dynamic(state)) => shown.rebuild(state),
            (Kind::Foreign(view), NodeState::Foreign(state)) => view.rebuild(state),
            (kind, state) => {
                let mut new = Node::from(kind).build();
                state.insert_before_this(&mut new);
                state.unmount();
                *state = new;
            }
        }
    }
}

impl NodeState {
    fn as_mountable(&self) -> &dyn Mountable {
        match self {
            NodeState::Nothing(state) => state,
            NodeState::Text(state) => state,
            NodeState::Element(state) => state.as_ref(),
            NodeState::Inert(state) => state,
            NodeState::Several(states) => states,
            NodeState::List(state) => state,
            NodeState::Dynamic(state) => state,
            NodeState::Foreign(state) => state,
        }
    }

    fn as_mountable_mut(&mut self) -> &mut dyn Mountable {
        match self {
            NodeState::Nothing(state) => state,
            NodeState::Text(state) => state,
            NodeState::Element(state) => state.as_mut(),
            NodeState::Inert(state) => state,
            NodeState::Several(states) => states,
            NodeState::List(state) => state,
            NodeState::Dynamic(state) => state,
            NodeState::Foreign(state) => state,
        }
    }
}

impl Mountable for NodeState {
    fn unmount(&mut self) {
        self.as_mountable_mut().unmount();
    }

    fn mount(&mut self, parent: &DomElement, marker: Option<&DomNode>) {
        self.as_mountable_mut().mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.as_mountable().insert_before_this(child)
    }

    fn elements(&self) -> Vec<DomElement> {
        self.as_mountable().elements()
    }
}

pub struct SeveralState(Vec<NodeState>);

impl Mountable for SeveralState {
    fn unmount(&mut self) {
        self.0.iter_mut().for_each(Mountable::unmount);
    }

    fn mount(&mut self, parent: &DomElement, marker: Option<&DomNode>) {
        for state in &mut self.0 {
            state.mount(parent, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.iter().any(|state| state.insert_before_this(child))
    }

    fn elements(&self) -> Vec<DomElement> {
        self.0.iter().flat_map(Mountable::elements).collect()
    }
}

impl AddAnyAttr for Node {
    type Output<NewAttr: FrameworkAttribute> = Node;

    /// On an element; what else there is takes none.
    fn add_any_attr<NewAttr: FrameworkAttribute>(self, attr: NewAttr) -> Node {
        self.with(Attribute::Foreign(attr.into_cloneable_owned().into_any_attr()))
    }
}

impl RenderHtml for Node {
    type AsyncOutput = Node;
    type Owned = Node;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        match &mut *self.0 {
            Kind::Nothing | Kind::Text(_) | Kind::Inert(_) => {}
            Kind::Element(element) => element.dry_resolve(),
            Kind::Several(nodes) | Kind::List(nodes) => nodes.iter_mut().for_each(Node::dry_resolve),
            Kind::Dynamic(shown) => shown().dry_resolve(),
            Kind::Foreign(view) => view.dry_resolve(),
        }
    }

    fn resolve(self) -> impl Future<Output = Node> + Send {
        resolved(self)
    }

    fn html_len(&self) -> usize {
        match &*self.0 {
            Kind::Nothing | Kind::Dynamic(_) => 3,
            Kind::Text(text) => text.len(),
            Kind::Element(element) => element.html_len(),
            Kind::Inert(inert) => inert.html_len(),
            Kind::Several(nodes) | Kind::List(nodes) => nodes.iter().map(Node::html_len).sum(),
            Kind::Foreign(view) => view.html_len(),
        }
    }

    fn to_html_with_buf(self, buf: &mut String, position: &mut Position, escape: bool, mark: bool, attrs: Vec<AnyAttribute>) {
        match *self.0 {
            Kind::Nothing => RenderHtml::to_html_with_buf((), buf, position, escape, mark, attrs),
            Kind::Text(text) => text.to_html_with_buf(buf, position, escape, mark, attrs),
            Kind::Element(element) => element.write(buf, position, mark, attrs),
            Kind::Inert(inert) => inert.to_html_with_buf(buf, position, escape, mark, attrs),
            Kind::Several(nodes) => {
                for node in nodes {
                    node.to_html_with_buf(buf, position, escape, mark, attrs.clone());
                }
            }
            Kind::List(nodes) => nodes.to_html_with_buf(buf, position, escape, mark, attrs),
            Kind::Dynamic(shown) => shown.to_html_with_buf(buf, position, escape, mark, attrs),
            Kind::Foreign(view) => view.to_html_with_buf(buf, position, escape, mark, attrs),
        }
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark: bool,
        attrs: Vec<AnyAttribute>,
    ) {
        match *self.0 {
            Kind::Element(element) => element.write_async::<OUT_OF_ORDER>(buf, position, mark, attrs),
            Kind::Several(nodes) => {
                for node in nodes {
                    node.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark, attrs.clone());
                }
            }
            Kind::List(nodes) => nodes.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark, attrs),
            Kind::Dynamic(shown) => shown.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark, attrs),
            Kind::Foreign(view) => view.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark, attrs),
            fixed @ (Kind::Nothing | Kind::Text(_) | Kind::Inert(_)) => {
                buf.with_buf(|buf| Node::from(fixed).to_html_with_buf(buf, position, escape, mark, attrs));
            }
        }
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> NodeState {
        match *self.0 {
            Kind::Nothing => NodeState::Nothing(RenderHtml::hydrate::<true>((), cursor, position)),
            Kind::Text(text) => NodeState::Text(text.hydrate::<true>(cursor, position)),
            Kind::Element(element) => NodeState::Element(Box::new(element.hydrate(cursor, position))),
            Kind::Inert(inert) => NodeState::Inert(inert.hydrate::<true>(cursor, position)),
            Kind::Several(nodes) => NodeState::Several(SeveralState(hydrated(nodes, cursor, position))),
            Kind::List(nodes) => NodeState::List(nodes.hydrate::<true>(cursor, position)),
            Kind::Dynamic(shown) => NodeState::Dynamic(shown.hydrate::<true>(cursor, position)),
            Kind::Foreign(view) => NodeState::Foreign(view.hydrate::<true>(cursor, position)),
        }
    }

    fn into_owned(self) -> Node {
        self
    }
}

pub(crate) fn hydrated(nodes: Vec<Node>, cursor: &Cursor, position: &PositionState) -> Vec<NodeState> {
    nodes.into_iter().map(|node| node.hydrate::<true>(cursor, position)).collect()
}

/// With everything in it that had to be waited for. Boxed, as it contains itself.
fn resolved(node: Node) -> Pin<Box<dyn Future<Output = Node> + Send>> {
    Box::pin(async move {
        match *node.0 {
            Kind::Element(mut element) => {
                element.children = all_resolved(element.children).await;
                Kind::Element(element).into()
            }
            Kind::Several(nodes) => Kind::Several(all_resolved(nodes).await).into(),
            Kind::List(nodes) => Kind::List(all_resolved(nodes).await).into(),
            Kind::Dynamic(mut shown) => resolved(shown()).await,
            Kind::Foreign(view) => Kind::Foreign(view.resolve().await).into(),
            fixed @ (Kind::Nothing | Kind::Text(_) | Kind::Inert(_)) => fixed.into(),
        }
    })
}

async fn all_resolved(nodes: Vec<Node>) -> Vec<Node> {
    futures::future::join_all(nodes.into_iter().map(resolved)).await
}
