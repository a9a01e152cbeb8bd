SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.attribution_changes (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    partnership_id uuid,
    from_at bigint NOT NULL,
    reason text NOT NULL,
    source text NOT NULL,
    author text NOT NULL,
    recorded_at bigint NOT NULL,
    undoes uuid
);
CREATE TABLE public.attributions (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    partnership_id uuid,
    valid_from bigint NOT NULL,
    valid_to bigint,
    source text NOT NULL,
    reason text NOT NULL,
    author text NOT NULL,
    recorded_at bigint NOT NULL,
    change_id uuid,
    superseded_at bigint,
    superseded_by uuid
);
CREATE TABLE public.audit (
    id uuid NOT NULL,
    company_id uuid,
    at bigint NOT NULL,
    author text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);
CREATE TABLE public.charge_attempts (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    number integer NOT NULL,
    idempotency_key text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    provider text NOT NULL,
    state text NOT NULL,
    in_flight uuid,
    started_at bigint NOT NULL,
    finished_at bigint,
    provider_reference text,
    error text,
    leased_by text,
    leased_until bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.companies (
    id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    timezone text NOT NULL,
    currency text NOT NULL,
    open_month integer NOT NULL,
    open_month_ends_at bigint NOT NULL,
    invoice_count bigint DEFAULT 0 NOT NULL,
    charge_provider text NOT NULL,
    payout_provider text NOT NULL,
    fee_ppm bigint DEFAULT 0 NOT NULL,
    customer_visibility text NOT NULL,
    address text,
    created_at bigint NOT NULL,
    account_name text,
    iban text,
    bic text
);
CREATE TABLE public.customers (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    customer_key text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    provider_key text,
    partnership_id uuid,
    test boolean DEFAULT false NOT NULL,
    source text NOT NULL,
    author text NOT NULL,
    created_at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    first_purchase_at bigint,
    transactions bigint DEFAULT 0 NOT NULL,
    search text NOT NULL
);
CREATE TABLE public.group_spans (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    partnership_id uuid NOT NULL,
    group_id uuid NOT NULL,
    valid_from bigint NOT NULL,
    recorded_at bigint NOT NULL
);
CREATE TABLE public.groups (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.installation (
    id integer NOT NULL,
    mode text NOT NULL,
    sandbox_now bigint,
    created_at bigint NOT NULL
);
CREATE TABLE public.invoice_partners (
    invoice_id uuid NOT NULL,
    partnership_id uuid NOT NULL,
    company_id uuid NOT NULL,
    total bigint NOT NULL,
    lines bigint NOT NULL,
    fingerprint bigint NOT NULL,
    carried_in bigint NOT NULL,
    payout bigint NOT NULL,
    carried_out bigint NOT NULL
);
CREATE TABLE public.invoices (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    seq bigint NOT NULL,
    number text NOT NULL,
    month integer NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    issued_at bigint NOT NULL,
    review_ends_at bigint NOT NULL,
    charge_due_at bigint NOT NULL,
    paused_at bigint,
    paused_by text,
    frozen_at bigint,
    total bigint,
    lines bigint,
    charge_amount bigint,
    fee bigint,
    digest text,
    attempts integer DEFAULT 0 NOT NULL,
    charged_at bigint,
    paid_at bigint
);
CREATE TABLE public.ledger_entries (
    transfer_id uuid NOT NULL,
    line integer NOT NULL,
    company_id uuid NOT NULL,
    account text NOT NULL,
    partnership_id uuid,
    amount bigint NOT NULL,
    currency text NOT NULL
);
CREATE TABLE public.ledger_transfers (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    kind text NOT NULL,
    reference text NOT NULL,
    currency text NOT NULL,
    at bigint NOT NULL,
    invoice_id uuid,
    payout_id uuid
);
CREATE TABLE public.memberships (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    company_id uuid,
    partner_id uuid,
    role text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.offer_versions (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    number integer NOT NULL,
    effective_from bigint NOT NULL,
    applies_to text NOT NULL,
    description text NOT NULL,
    triggers text NOT NULL,
    published_at bigint NOT NULL,
    published_by text NOT NULL
);
CREATE TABLE public.offers (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    key text NOT NULL,
    group_id uuid,
    description text NOT NULL,
    "position" integer NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.outbox (
    id uuid NOT NULL,
    company_id uuid,
    kind text NOT NULL,
    dedupe_key text NOT NULL,
    recipient text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    sent_at bigint,
    error text,
    leased_by text,
    leased_until bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.partners (
    id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.partnerships (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    partner_key text NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    group_id uuid NOT NULL,
    status text NOT NULL,
    tags text NOT NULL,
    manager text,
    payout_method text NOT NULL,
    settlement_days integer DEFAULT 0 NOT NULL,
    payout_account text,
    signups bigint DEFAULT 0 NOT NULL,
    paid_customers bigint DEFAULT 0 NOT NULL,
    revenue bigint DEFAULT 0 NOT NULL,
    last_active_at bigint NOT NULL,
    joined_at bigint NOT NULL,
    search text NOT NULL,
    held bigint DEFAULT 0 NOT NULL,
    tagged bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.payouts (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    partnership_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    provider text NOT NULL,
    idempotency_key text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,
    sent_at bigint,
    paid_at bigint,
    provider_reference text,
    error text,
    leased_by text,
    leased_until bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.receipts (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    event_kind text NOT NULL,
    event_id uuid NOT NULL,
    revision integer NOT NULL,
    customer_id uuid NOT NULL,
    partnership_id uuid,
    reason text NOT NULL,
    decision text NOT NULL,
    rewards integer NOT NULL,
    occurred_at bigint NOT NULL,
    rated_at bigint NOT NULL,
    change_id uuid
);
CREATE TABLE public.reward_counts (
    company_id uuid NOT NULL,
    invoice_month integer NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    group_id uuid NOT NULL,
    source text NOT NULL,
    rewards bigint NOT NULL,
    total bigint NOT NULL
);
CREATE TABLE public.reward_records (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    reward_id uuid NOT NULL,
    action text NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    from_month integer NOT NULL,
    to_month integer NOT NULL,
    reason text,
    author text NOT NULL,
    at bigint NOT NULL,
    seq bigint NOT NULL,
    batch_id uuid,
    undoes uuid
);
CREATE TABLE public.rewards (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    key text NOT NULL,
    partnership_id uuid NOT NULL,
    group_id uuid NOT NULL,
    customer_id uuid,
    transaction_id uuid,
    offer_id uuid,
    offer_version_id uuid,
    trigger_key text,
    source text NOT NULL,
    reverses uuid,
    change_id uuid,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text NOT NULL,
    state text NOT NULL,
    state_reason text,
    ready_at bigint,
    invoice_month integer NOT NULL,
    occurred_at bigint NOT NULL,
    created_at bigint NOT NULL,
    author text NOT NULL,
    fingerprint bigint NOT NULL
);
CREATE TABLE public.seaql_migrations (
    version character varying NOT NULL,
    applied_at bigint NOT NULL
);
CREATE TABLE public.search_terms (
    company_id uuid NOT NULL,
    kind text NOT NULL,
    term bytea NOT NULL,
    subject_id uuid NOT NULL
);
CREATE TABLE public.sessions (
    id text NOT NULL,
    data text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.sign_in_failures (
    subject text NOT NULL,
    failures integer NOT NULL,
    last_at bigint NOT NULL
);
CREATE TABLE public.sign_in_links (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    token_hash text NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);
CREATE TABLE public.simulated_plans (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    created_at bigint NOT NULL,
    used_by text
);
CREATE TABLE public.simulated_requests (
    idempotency_key text NOT NULL,
    company_id uuid NOT NULL,
    kind text NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    outcome text NOT NULL,
    reference text NOT NULL,
    asked integer NOT NULL,
    first_at bigint NOT NULL
);
CREATE TABLE public.submissions (
    token text NOT NULL,
    company_id uuid,
    result text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE public.transactions (
    id uuid NOT NULL,
    company_id uuid NOT NULL,
    key text NOT NULL,
    customer_id uuid NOT NULL,
    partnership_id uuid,
    seq bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    occurred_at bigint NOT NULL,
    product_key text,
    category_key text,
    refund_of uuid,
    refunded bigint DEFAULT 0 NOT NULL,
    source text NOT NULL,
    author text NOT NULL,
    recorded_at bigint NOT NULL
);
CREATE TABLE public.users (
    id uuid NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    created_at bigint NOT NULL
);
INSERT INTO public.attribution_changes VALUES
	('019d7743-6a00-8239-9338-5dae4889e6a3', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 1772323200000, '', 'import', 'command line', 1775822400000, NULL);
INSERT INTO public.attributions VALUES
	('019cbdde-7a00-8153-8d73-f3f5e8e3532d', '019cbdde-7a00-827e-9171-885a9da79ab6', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 1772359200000, NULL, 'import', '', 'command line', 1772712000000, NULL, NULL, NULL),
	('019cbdde-7a00-8714-a2e9-ab5f299db2b7', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 1772445600000, NULL, 'import', '', 'command line', 1772712000000, NULL, NULL, NULL),
	('019cbdde-7a00-81ec-ba37-b0fa7a3ba8f9', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cb323-e500-8e6f-bbc5-5da5d69073f9', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 1772532000000, NULL, 'import', '', 'command line', 1772712000000, NULL, NULL, NULL),
	('019cbdde-7a00-838a-8a15-a1d16ad10c1b', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cb323-e500-874c-a221-cbf8e81dad3e', '019cbdde-7a00-8065-a007-9053c0df35a0', 1772532000000, NULL, 'import', '', 'command line', 1772712000000, NULL, NULL, NULL),
	('019cbdde-7a00-84be-8bd5-90d2d0554cba', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 1772532000000, NULL, 'import', '', 'command line', 1772712000000, NULL, NULL, NULL),
	('019cbdde-7a00-8868-a653-0d10b6ab3925', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 1772445600000, NULL, 'import', '', 'command line', 1772712000000, NULL, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019d7743-6a00-822f-8860-87c8201dcfb6', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 1772323200000, NULL, 'import', '', 'command line', 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3', NULL, NULL);
INSERT INTO public.audit VALUES
	('01a21955-d06e-71a8-8f60-aa44747e84e0', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'company_created', 'company', 'northwind', '{"timezone":"America/New_York"}'),
	('01a21955-d06f-75dc-a8ff-95087babb964', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'group_created', 'group', 'affiliates', '{"name":"Affiliates"}'),
	('01a21955-d070-7793-8445-fbb8ca3d2c9a', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'group_created', 'group', 'agencies', '{"name":"Agencies"}'),
	('01a21955-d071-73d3-bfed-015b733254fb', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'offer_created', 'offer', 'affiliates-2026', '{"terms":[{"currency":"USD","effect":{"flat":1000},"event":"customer","hold_days":0,"key":"sign-up","limit":"unlimited","stop":false},{"currency":"USD","effect":{"percent":200000},"event":"transaction","hold_days":0,"key":"sale","limit":"12 months","min_amount":1000,"stop":false}]}'),
	('01a21955-d072-7509-9205-eb83d1e7f0fa', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'offer_created', 'offer', 'agencies-2026', '{"terms":[{"cap_per_month":5000,"currency":"USD","effect":{"percent":100000},"event":"transaction","hold_days":14,"key":"sale","limit":"unlimited","stop":false}]}'),
	('01a21955-d093-732c-aff3-d69a1a18732b', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'partners_imported', 'import', 'partners', '{"created":3}'),
	('01a21955-d0bd-71a2-b81f-ca7d30288c17', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'customers_imported', 'import', 'customers', '{"created":8}'),
	('01a21955-d0e3-75d2-b611-e3b50e51f030', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'transactions_imported', 'import', 'transactions', '{"recorded":26,"rewards":9,"unchanged":0}'),
	('01a21955-d0fe-77fe-b9a4-f55818f0ef02', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'reward_created', 'reward', 'rwd_0000000000ht78trgt6vdkrph7', '{"amount":2500,"currency":"USD","customer":"","description":"Welcome bonus","month":202603,"partner":"acme"}'),
	('01a21955-d14c-76cc-9f45-91ec11652ef0', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'command line', 'user_added', 'user', 'mia@northwind.example', '{"role":"owner"}'),
	('01a21955-d213-72e9-8a44-45a42518bc95', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'mia@northwind.example', 'reward_approve', 'reward', 'rwd_01kjxad040hdc9ayepwjayqrb2', '{"amount":6985,"batch":"019cbdde-7a00-86b5-a080-44c2cdddda0c","currency":"USD","from":"pending","from_month":202603,"reason":null,"to":"approved","to_month":202603}'),
	('01a21955-d21c-759b-b8b6-d7bc2c2d3626', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'mia@northwind.example', 'reward_hold', 'reward', 'rwd_01kjxad040hay82e176bkzsfk6', '{"amount":3862,"batch":"019cbdde-7a00-8a21-86b0-e2f5a561e4c8","currency":"USD","from":"pending","from_month":202603,"reason":"Asks the shop","to":"hold","to_month":202603}'),
	('01a21955-d21f-7201-ba6d-eaf04d52a0ae', '019cbdde-7a00-827e-9171-885a9da79ab6', 1772712000000, 'mia@northwind.example', 'reward_decline', 'reward', 'rwd_01kjwwnhm0hq68sxb2cwt4srnk', '{"amount":5944,"batch":"019cbdde-7a00-808b-b18e-eca958a2e5f2","currency":"USD","from":"pending","from_month":202603,"reason":"Own purchase","to":"declined","to_month":202603}'),
	('01a21955-d224-76eb-8330-457dac5896f3', NULL, 1772712000000, 'mia@northwind.example', 'clock_moved', 'installation', 'clock', '{"from":"2026-03-05T12:00:00Z","until":"2026-04-10T12:00:00Z"}'),
	('01a21955-d25e-7559-b867-94e3b56fa35f', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775016000000, 'system', 'invoice_generated', 'invoice', 'NORTHWIND-0001', '{"currency":"USD","lines":12,"month":"2026-03","total":27990}'),
	('01a21955-d278-7654-a8b3-5dfb189e4a55', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'invoice_frozen', 'invoice', 'NORTHWIND-0001', '{"charge":29390,"currency":"USD","fee":1400,"partners":3,"total":27990}'),
	('01a21955-d279-7591-8b54-98678617b44d', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'charge_started', 'invoice', 'NORTHWIND-0001', '{"amount":29390,"attempt":1,"currency":"USD","provider":"simulated"}'),
	('01a21955-d27f-7088-817d-e2d7ba3f445b', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'charge_succeeded', 'invoice', 'NORTHWIND-0001', '{"amount":29390,"attempt":1,"currency":"USD"}'),
	('01a21955-d287-70cd-8d1a-38cc98b10171', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'invoice_charged', 'invoice', 'NORTHWIND-0001', '{"amount":29390,"currency":"USD","mails":4,"payouts":3}'),
	('019d6b3f-3e00-833c-93f7-4902a13a40e2', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'payout_paid', 'payout', 'pay_01knnkyfg0g4ebe2vtbjkn33g3', '{"amount":2000,"currency":"USD","error":null}'),
	('019d6b3f-3e00-8acf-8804-a21f83e200a0', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'payout_paid', 'payout', 'pay_01knnkyfg0gy28me3fm8nrjsp0', '{"amount":5000,"currency":"USD","error":null}'),
	('019d6b3f-3e00-87d1-ad2a-5d0ba49fbcac', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775620800000, 'system', 'payout_paid', 'payout', 'pay_01knnkyfg0hmxath06g6sdfpte', '{"amount":20990,"currency":"USD","error":null}'),
	('01a21955-d2c7-758e-a794-f43a329c7450', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775822400000, 'command line', 'transactions_imported', 'import', 'transactions', '{"recorded":9,"rewards":6,"unchanged":0}'),
	('01a21955-d305-74c7-806a-095e361a8bff', '019cbdde-7a00-827e-9171-885a9da79ab6', 1775822400000, 'command line', 'attribution_changed', 'customer', 'c-1', '{"events":6,"from":"2026-03-01T00:00:00Z","partner":"acme","reason":"","rewards":8,"undoes":null}'),
	('01a21955-d318-75e6-a29c-0f708ae88684', NULL, 1775822400000, 'mia@northwind.example', 'clock_moved', 'installation', 'clock', '{"from":"2026-04-10T12:00:00Z","until":"2026-05-03T12:00:00Z"}'),
	('01a21955-d340-773c-bea8-83c409e62522', '019cbdde-7a00-827e-9171-885a9da79ab6', 1777608000000, 'system', 'invoice_generated', 'invoice', 'NORTHWIND-0002', '{"currency":"USD","lines":14,"month":"2026-04","total":21840}'),
	('01a21955-d367-7263-a71a-bd25c4d9e255', '019cbdde-7a00-827e-9171-885a9da79ab6', 1777809600000, 'mia@northwind.example', 'reward_release', 'reward', 'rwd_01kjxad040hay82e176bkzsfk6', '{"amount":3862,"batch":"019dedb5-ae00-8438-85c9-f77200f4e917","currency":"USD","from":"hold","from_month":202603,"reason":null,"to":"pending","to_month":202605}'),
	('01a21955-d381-7656-9bd4-f156b106f51c', '019cbdde-7a00-827e-9171-885a9da79ab6', 1777809600000, 'mia@northwind.example', 'reward_approve', 'reward', 'rwd_01kns1t3g0hp2avrgygdgxb6cz', '{"amount":-1730,"batch":"019dedb5-ae00-8890-ab87-59b8f7d1e9b0","currency":"USD","from":"pending","from_month":202604,"reason":null,"to":"approved","to_month":202604}');
INSERT INTO public.charge_attempts VALUES
	('019d6b3f-3e00-88cc-8a18-a3bc6547b899', '019cbdde-7a00-827e-9171-885a9da79ab6', '019d4732-ba00-891e-b464-8862c2311622', 1, '019d4732-ba00-891e-b464-8862c2311622-1', 29390, 'USD', 'simulated', 'succeeded', NULL, 1775620800000, 1775620800000, 'sim_0000000000g4kt6r9wfa0evjs0', NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0);
INSERT INTO public.companies VALUES
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'northwind', 'Northwind Traders', 'America/New_York', 'USD', 202605, 1780286400000, 2, 'simulated', 'simulated', 50000, 'masked', NULL, 1772712000000, 'Northwind Traders LLC', 'DE89370400440532013000', NULL);
INSERT INTO public.customers VALUES
	('019ca8d7-2d00-8468-85c0-0e5f84199fa4', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-3', 'Customer 3', 'c3@customers.example', NULL, NULL, false, 'import', 'command line', 1772359200000, 1772712000000, 1772539200000, 4, 'customer 3 c3@customers.example c-3'),
	('019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-6', 'Customer 6', 'c6@customers.example', NULL, '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', false, 'import', 'command line', 1772359200000, 1772712000000, 1772449200000, 4, 'customer 6 c6@customers.example c-6'),
	('019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-4', 'Customer 4', 'c4@customers.example', NULL, '019cbdde-7a00-848f-9a40-bc471738aabd', false, 'import', 'command line', 1772445600000, 1772712000000, 1772629200000, 4, 'customer 4 c4@customers.example c-4'),
	('019cadfd-8900-819e-9607-9290d0993e03', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-7', 'Customer 7', 'c7@customers.example', NULL, NULL, false, 'import', 'command line', 1772445600000, 1772712000000, 1772539200000, 4, 'customer 7 c7@customers.example c-7'),
	('019cb323-e500-8e6f-bbc5-5da5d69073f9', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-2', 'Customer 2', 'c2@customers.example', NULL, '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', false, 'import', 'command line', 1772532000000, 1772712000000, 1772449200000, 5, 'customer 2 c2@customers.example c-2'),
	('019cb323-e500-874c-a221-cbf8e81dad3e', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-5', 'Customer 5', 'c5@customers.example', NULL, '019cbdde-7a00-8065-a007-9053c0df35a0', false, 'import', 'command line', 1772532000000, 1772712000000, 1772359200000, 4, 'customer 5 c5@customers.example c-5'),
	('019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-8', 'Customer 8', 'c8@customers.example', NULL, '019cbdde-7a00-848f-9a40-bc471738aabd', false, 'import', 'command line', 1772532000000, 1772712000000, 1772629200000, 4, 'customer 8 c8@customers.example c-8'),
	('019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-827e-9171-885a9da79ab6', 'c-1', 'Customer 1', 'c1@customers.example', NULL, '019cbdde-7a00-848f-9a40-bc471738aabd', false, 'import', 'command line', 1772445600000, 1772712000000, 1772359200000, 6, 'customer 1 c1@customers.example c-1');
INSERT INTO public.group_spans VALUES
	('019cbdde-7a00-8fe0-978c-0046e8d80fec', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', -62135596800000, 1772712000000),
	('019cbdde-7a00-8dc2-aa43-2d3daf4ae5bf', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', -62135596800000, 1772712000000),
	('019cbdde-7a00-8e0b-9365-8ab259c79f73', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', -62135596800000, 1772712000000);
INSERT INTO public.groups VALUES
	('019cbdde-7a00-8d26-be04-a277597bd2db', '019cbdde-7a00-827e-9171-885a9da79ab6', 'affiliates', 'Affiliates', 1772712000000),
	('019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '019cbdde-7a00-827e-9171-885a9da79ab6', 'agencies', 'Agencies', 1772712000000);
INSERT INTO public.installation VALUES
	(1, 'sandbox', 1777809600000, 1772712000000);
INSERT INTO public.invoice_partners VALUES
	('019d4732-ba00-891e-b464-8862c2311622', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-827e-9171-885a9da79ab6', 2000, 2, 888007752070, 0, 2000, 0),
	('019d4732-ba00-891e-b464-8862c2311622', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-827e-9171-885a9da79ab6', 20990, 7, 3895334843365, 0, 20990, 0),
	('019d4732-ba00-891e-b464-8862c2311622', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-827e-9171-885a9da79ab6', 5000, 3, 1403539687345, 0, 5000, 0);
INSERT INTO public.invoices VALUES
	('019d4732-ba00-891e-b464-8862c2311622', '019cbdde-7a00-827e-9171-885a9da79ab6', 1, 'NORTHWIND-0001', 202603, 'USD', 'paid', 1775016000000, 1775620800000, 1775620800000, NULL, NULL, 1775620800000, 27990, 12, 29390, 1400, '39f160c5dc195f451c319dc73537bc7321ae4077faa0462e4aa307061fa932c3', 1, 1775620800000, 1775620800000),
	('019de1b1-8200-8a0d-afde-9c739b435dfb', '019cbdde-7a00-827e-9171-885a9da79ab6', 2, 'NORTHWIND-0002', 202604, 'USD', 'in_review', 1777608000000, 1778212800000, 1778212800000, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL);
INSERT INTO public.ledger_entries VALUES
	('019d6b3f-3e00-8c7e-821f-7af390d97b89', 4, '019cbdde-7a00-827e-9171-885a9da79ab6', 'fee', NULL, 1400, 'USD'),
	('019d6b3f-3e00-8c7e-821f-7af390d97b89', 3, '019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 5000, 'USD'),
	('019d6b3f-3e00-8c7e-821f-7af390d97b89', 2, '019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '019cbdde-7a00-848f-9a40-bc471738aabd', 20990, 'USD'),
	('019d6b3f-3e00-8c7e-821f-7af390d97b89', 1, '019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '019cbdde-7a00-8065-a007-9053c0df35a0', 2000, 'USD'),
	('019d6b3f-3e00-8c7e-821f-7af390d97b89', 0, '019cbdde-7a00-827e-9171-885a9da79ab6', 'funds', NULL, -29390, 'USD'),
	('019d6b3f-3e00-8ad8-82f6-10b4bd883348', 1, '019cbdde-7a00-827e-9171-885a9da79ab6', 'paid_out', NULL, 2000, 'USD'),
	('019d6b3f-3e00-8ad8-82f6-10b4bd883348', 0, '019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '019cbdde-7a00-8065-a007-9053c0df35a0', -2000, 'USD'),
	('019d6b3f-3e00-81fa-83e6-c9e0bd6ba6d3', 1, '019cbdde-7a00-827e-9171-885a9da79ab6', 'paid_out', NULL, 5000, 'USD'),
	('019d6b3f-3e00-81fa-83e6-c9e0bd6ba6d3', 0, '019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', -5000, 'USD'),
	('019d6b3f-3e00-824a-89d9-9489db5d3d23', 1, '019cbdde-7a00-827e-9171-885a9da79ab6', 'paid_out', NULL, 20990, 'USD'),
	('019d6b3f-3e00-824a-89d9-9489db5d3d23', 0, '019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '019cbdde-7a00-848f-9a40-bc471738aabd', -20990, 'USD');
INSERT INTO public.ledger_transfers VALUES
	('019d6b3f-3e00-8c7e-821f-7af390d97b89', '019cbdde-7a00-827e-9171-885a9da79ab6', 'invoice_charged', '019d4732-ba00-891e-b464-8862c2311622', 'USD', 1775620800000, '019d4732-ba00-891e-b464-8862c2311622', NULL),
	('019d6b3f-3e00-8ad8-82f6-10b4bd883348', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout_sent', '019d6b3f-3e00-811c-b70b-7a5ca7518e03-1', 'USD', 1775620800000, '019d4732-ba00-891e-b464-8862c2311622', '019d6b3f-3e00-811c-b70b-7a5ca7518e03'),
	('019d6b3f-3e00-81fa-83e6-c9e0bd6ba6d3', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout_sent', '019d6b3f-3e00-8784-8a38-6fa22b8966c0-1', 'USD', 1775620800000, '019d4732-ba00-891e-b464-8862c2311622', '019d6b3f-3e00-8784-8a38-6fa22b8966c0'),
	('019d6b3f-3e00-824a-89d9-9489db5d3d23', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout_sent', '019d6b3f-3e00-8d3a-ad44-0681b2d7db4e-1', 'USD', 1775620800000, '019d4732-ba00-891e-b464-8862c2311622', '019d6b3f-3e00-8d3a-ad44-0681b2d7db4e');
INSERT INTO public.memberships VALUES
	('01a21955-d112-89fa-ae67-854c2a3f82a3', '01a21955-d112-8760-a922-c07dea3335bc', '019cbdde-7a00-827e-9171-885a9da79ab6', NULL, 'owner', 1795721384210);
INSERT INTO public.offer_versions VALUES
	('019cbdde-7a00-8ca7-ab73-a94cdad60397', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-891a-8c96-db62b13d6afb', 1, 1767225600000, 'everyone', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', '[{"key":"sign-up","event":"customer","effect":{"flat":1000},"currency":"USD","limit":"unlimited","hold_days":0,"stop":false},{"key":"sale","event":"transaction","effect":{"percent":200000},"currency":"USD","limit":"12 months","min_amount":1000,"hold_days":0,"stop":false}]', 1772712000000, 'command line'),
	('019cbdde-7a00-83fa-a9a4-485bcdf04470', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-856a-920b-995133333fe3', 1, 1767225600000, 'everyone', '10 %, after two weeks, at most 50.00 a month', '[{"key":"sale","event":"transaction","effect":{"percent":100000},"currency":"USD","limit":"unlimited","cap_per_month":5000,"hold_days":14,"stop":false}]', 1772712000000, 'command line');
INSERT INTO public.offers VALUES
	('019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-827e-9171-885a9da79ab6', 'affiliates-2026', '019cbdde-7a00-8d26-be04-a277597bd2db', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 0, 1772712000000),
	('019cbdde-7a00-856a-920b-995133333fe3', '019cbdde-7a00-827e-9171-885a9da79ab6', 'agencies-2026', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '10 %, after two weeks, at most 50.00 a month', 1, 1772712000000);
INSERT INTO public.outbox VALUES
	('019d4732-ba00-893a-bad5-f951ada77cd6', '019cbdde-7a00-827e-9171-885a9da79ab6', 'invoice_in_review', 'invoice_in_review/019cbdde-7a00-827e-9171-885a9da79ab6/2026-03/01a21955-d112-8760-a922-c07dea3335bc', 'mia@northwind.example', 'Northwind Traders: the partner invoice for March 2026 is ready to review', 'Hello mia@northwind.example,
the rewards of March 2026 are on an invoice:
  NORTHWIND-0001  $279.90  (12 rewards)
You can review, decline, hold or add rewards until 8 April 2026, New York time. Then what is on it is charged and your partners are paid.
Tributary
', 1775016000000, 1775016000000, 1, 1775016000000, NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019de1b1-8200-8b5f-b836-b22d99c27821', '019cbdde-7a00-827e-9171-885a9da79ab6', 'invoice_in_review', 'invoice_in_review/019cbdde-7a00-827e-9171-885a9da79ab6/2026-04/01a21955-d112-8760-a922-c07dea3335bc', 'mia@northwind.example', 'Northwind Traders: the partner invoice for April 2026 is ready to review', 'Hello mia@northwind.example,
the rewards of April 2026 are on an invoice:
  NORTHWIND-0002  $218.40  (14 rewards)
You can review, decline, hold or add rewards until 8 May 2026, New York time. Then what is on it is charged and your partners are paid.
Tributary
', 1777608000000, 1777608000000, 1, 1777608000000, NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019d6b3f-3e00-8cf2-ab83-b67dea7ef680', '019cbdde-7a00-827e-9171-885a9da79ab6', 'invoice_charged', 'invoice_charged/019d4732-ba00-891e-b464-8862c2311622/01a21955-d112-8760-a922-c07dea3335bc', 'mia@northwind.example', 'Northwind Traders: invoice NORTHWIND-0001 over $293.90 is charged', 'Hello mia@northwind.example,
invoice NORTHWIND-0001 over $293.90 is charged. It holds 3 payouts to partners. From now on nothing on it changes.
Tributary
', 1775620800000, 1775620800000, 1, 1775620800000, NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019d6b3f-3e00-8290-bfb0-0819fd04be1d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout_coming', 'payout_coming/019d4732-ba00-891e-b464-8862c2311622/019cbdde-7a00-8065-a007-9053c0df35a0', 'bo@bolt.example', 'Northwind Traders pays you $20.00 for March 2026', 'Hello Bolt Söhne,
for March 2026 you earned $20.00 with Northwind Traders.
$20.00 is on its way; expect it on 8 April 2026.
Tributary
', 1775620800000, 1775620800000, 1, 1775620800000, NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019d6b3f-3e00-868f-b71d-fcc28ff27a74', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout_coming', 'payout_coming/019d4732-ba00-891e-b464-8862c2311622/019cbdde-7a00-848f-9a40-bc471738aabd', 'ada@acme.example', 'Northwind Traders pays you $209.90 for March 2026', 'Hello Acme,
for March 2026 you earned $209.90 with Northwind Traders.
$209.90 is on its way; expect it on 8 April 2026.
Tributary
', 1775620800000, 1775620800000, 1, 1775620800000, NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019d6b3f-3e00-84cb-8f91-498d0fc6ef38', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout_coming', 'payout_coming/019d4732-ba00-891e-b464-8862c2311622/019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'cy@crest.example', 'Northwind Traders pays you $50.00 for March 2026', 'Hello Crest Agency,
for March 2026 you earned $50.00 with Northwind Traders.
$50.00 is on its way; expect it on 8 April 2026.
Tributary
', 1775620800000, 1775620800000, 1, 1775620800000, NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0);
INSERT INTO public.partners VALUES
	('019cbdde-7a00-87f6-96e7-ef49ab65b7a5', 'Acme', 'ada@acme.example', 1772712000000),
	('019cbdde-7a00-8a2a-a82b-8fce27e73420', 'Bolt Söhne', 'bo@bolt.example', 1772712000000),
	('019cbdde-7a00-87dd-8d78-9794221e5e56', 'Crest Agency', 'cy@crest.example', 1772712000000);
INSERT INTO public.partnerships VALUES
	('019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-87dd-8d78-9794221e5e56', 'crest', 'Crest Agency', 'cy@crest.example', 'Cy', 'Crest', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'approved', '[]', NULL, 'bank', 0, NULL, 2, 2, 76039, 1775476800000, 1772712000000, 'crest agency cy@crest.example crest', 0, 0),
	('019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-8a2a-a82b-8fce27e73420', 'bolt', 'Bolt Söhne', 'bo@bolt.example', 'Bo', 'Bolt', '019cbdde-7a00-8d26-be04-a277597bd2db', 'approved', '[]', NULL, 'bank', 0, NULL, 1, 1, 5850, 1775736000000, 1772712000000, 'bolt söhne bo@bolt.example bolt', 0, 0),
	('019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-87f6-96e7-ef49ab65b7a5', 'acme', 'Acme', 'ada@acme.example', 'Ada', 'Lovelace', '019cbdde-7a00-8d26-be04-a277597bd2db', 'approved', '[]', NULL, 'bank', 0, NULL, 3, 3, 229676, 1775736000000, 1772712000000, 'acme ada@acme.example acme', 0, 0);
INSERT INTO public.payouts VALUES
	('019d6b3f-3e00-811c-b70b-7a5ca7518e03', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-8065-a007-9053c0df35a0', '019d4732-ba00-891e-b464-8862c2311622', 2000, 'USD', 'paid', 'simulated', '019d6b3f-3e00-811c-b70b-7a5ca7518e03-1', 0, 1775620800000, 1775620800000, 1775620800000, 1775620800000, 'sim_0000000000h2xrc6mvpgnrkz92', NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019d6b3f-3e00-8784-8a38-6fa22b8966c0', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019d4732-ba00-891e-b464-8862c2311622', 5000, 'USD', 'paid', 'simulated', '019d6b3f-3e00-8784-8a38-6fa22b8966c0-1', 0, 1775620800000, 1775620800000, 1775620800000, 1775620800000, 'sim_0000000000g0drxs722qqd8qn5', NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0),
	('019d6b3f-3e00-8d3a-ad44-0681b2d7db4e', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbdde-7a00-848f-9a40-bc471738aabd', '019d4732-ba00-891e-b464-8862c2311622', 20990, 'USD', 'paid', 'simulated', '019d6b3f-3e00-8d3a-ad44-0681b2d7db4e-1', 0, 1775620800000, 1775620800000, 1775620800000, 1775620800000, 'sim_0000000000g9p8vgn74ypyyxen', NULL, '01a21955-d162-7070-9b5f-594d9ab4ec4b', 0);
INSERT INTO public.receipts VALUES
	('019ca8d7-2d00-84cc-8d3b-6c7db931b571', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019ca8d7-2d00-8468-85c0-0e5f84199fa4', 0, '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 'no_attribution', '{"event":{"kind":"customer","key":"c-3","occurred_at":1772359200000},"reason":"no_attribution"}', 0, 1772359200000, 1772712000000, NULL),
	('019ca8d7-2d00-8659-b93b-b98dd8f6acfd', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019ca8d7-2d00-858c-b3f9-1ffa94518979', 0, '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'event_kind_differs', '{"event":{"kind":"customer","key":"c-6","occurred_at":1772359200000},"reason":"event_kind_differs","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}]}', 0, 1772359200000, 1772712000000, NULL),
	('019cadfd-8900-848d-8f84-306589d901b6', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cadfd-8900-880c-aef1-92ddb41b9298', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 'rewarded', '{"event":{"kind":"customer","key":"c-1","occurred_at":1772445600000},"reason":"rewarded","partner_key":"bolt","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Flat amount","value":"$10.00"},{"label":"Reward","value":"$10.00"}],"reward":{"minor":1000,"currency":"USD"}},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}],"rewards":[{"partnership_id":"019cbdde-7a00-8065-a007-9053c0df35a0","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sign-up","amount":{"minor":1000,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772445600000, 1772712000000, NULL),
	('019cadfd-8900-8355-befe-85cf30d063ec', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cadfd-8900-86e0-910b-27b4efae1a4d', 0, '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"customer","key":"c-4","occurred_at":1772445600000},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Flat amount","value":"$10.00"},{"label":"Reward","value":"$10.00"}],"reward":{"minor":1000,"currency":"USD"}},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sign-up","amount":{"minor":1000,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772445600000, 1772712000000, NULL),
	('019cadfd-8900-8adb-be0d-4e97c3c1de68', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cadfd-8900-819e-9607-9290d0993e03', 0, '019cadfd-8900-819e-9607-9290d0993e03', NULL, 'no_attribution', '{"event":{"kind":"customer","key":"c-7","occurred_at":1772445600000},"reason":"no_attribution"}', 0, 1772445600000, 1772712000000, NULL),
	('019cb323-e500-8279-92f8-5aa1cdde2896', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cb323-e500-8e6f-bbc5-5da5d69073f9', 0, '019cb323-e500-8e6f-bbc5-5da5d69073f9', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'event_kind_differs', '{"event":{"kind":"customer","key":"c-2","occurred_at":1772532000000},"reason":"event_kind_differs","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}]}', 0, 1772532000000, 1772712000000, NULL),
	('019cb323-e500-8c25-81ea-b56a73b2922a', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cb323-e500-874c-a221-cbf8e81dad3e', 0, '019cb323-e500-874c-a221-cbf8e81dad3e', '019cbdde-7a00-8065-a007-9053c0df35a0', 'rewarded', '{"event":{"kind":"customer","key":"c-5","occurred_at":1772532000000},"reason":"rewarded","partner_key":"bolt","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Flat amount","value":"$10.00"},{"label":"Reward","value":"$10.00"}],"reward":{"minor":1000,"currency":"USD"}},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}],"rewards":[{"partnership_id":"019cbdde-7a00-8065-a007-9053c0df35a0","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sign-up","amount":{"minor":1000,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772532000000, 1772712000000, NULL),
	('019cb323-e500-8675-bf3e-80500334e77d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cb323-e500-81d2-a742-c23a67969b71', 0, '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"customer","key":"c-8","occurred_at":1772532000000},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Flat amount","value":"$10.00"},{"label":"Reward","value":"$10.00"}],"reward":{"minor":1000,"currency":"USD"}},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sign-up","amount":{"minor":1000,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772532000000, 1772712000000, NULL),
	('019ca8d7-2d00-81f1-810e-d1a6d865cfa7', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019ca8d7-2d00-8be1-92b3-f056c67f3667', 0, '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-12","occurred_at":1772359200000,"amount":{"minor":20612,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772359200000, 1772712000000, NULL),
	('019ca8d7-2d00-8635-b28d-c21d83303f90', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019ca8d7-2d00-86f6-9873-240f44c42d43', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-24","occurred_at":1772359200000,"amount":{"minor":36224,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772359200000, 1772712000000, NULL),
	('019ca9b2-e700-8982-9a96-260239fe561c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019ca9b2-e700-8e6c-b470-d8edca6205f2', 0, '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-4","occurred_at":1772373600000,"amount":{"minor":10204,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772373600000, 1772712000000, NULL),
	('019ca9b2-e700-8905-9b51-6c7fb241aa6f', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019ca9b2-e700-8721-a845-f0e53a2f205f', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-16","occurred_at":1772373600000,"amount":{"minor":25816,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772373600000, 1772712000000, NULL),
	('019caa8e-a100-89b9-a24f-775fbedc1785', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019caa8e-a100-8a84-8200-e2441289266d', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-8","occurred_at":1772388000000,"amount":{"minor":15408,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772388000000, 1772712000000, NULL),
	('019caa8e-a100-8a9b-97d5-6093c148d589', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019caa8e-a100-8c81-ac90-00eb745c679f', 0, '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-20","occurred_at":1772388000000,"amount":{"minor":31020,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772388000000, 1772712000000, NULL),
	('019cae34-7780-823b-8f35-63f5c88aefaf', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cae34-7780-895b-a16a-53f704eb2e52', 0, '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-1","occurred_at":1772449200000,"amount":{"minor":6301,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772449200000, 1772712000000, NULL),
	('019cae34-7780-81de-80b1-650a8d797803', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cae34-7780-8c6f-9bed-febe8147f60a', 0, '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'rewarded', '{"event":{"kind":"transaction","key":"s-13","occurred_at":1772449200000,"amount":{"minor":21913,"currency":"USD"}},"reason":"rewarded","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Sale","value":"$219.13"},{"label":"× 10 %","value":"$21.91"},{"label":"Reward","value":"$21.91"}],"reward":{"minor":2191,"currency":"USD"},"held_until":1773655200000}],"rewards":[{"partnership_id":"019cbdde-7a00-8872-a38d-a32d2b0d6b6f","offer_id":"019cbdde-7a00-856a-920b-995133333fe3","offer_version_id":"019cbdde-7a00-83fa-a9a4-485bcdf04470","trigger_key":"sale","amount":{"minor":2191,"currency":"USD"},"description":"10 %, after two weeks, at most 50.00 a month","state":"scheduled","ready_at":1773655200000}]}', 1, 1772449200000, 1772712000000, NULL),
	('019caf10-3180-829f-9ae9-577a9cf50402', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019caf10-3180-8ad7-92f2-7053ff6b5488', 0, '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'rewarded', '{"event":{"kind":"transaction","key":"s-5","occurred_at":1772463600000,"amount":{"minor":11505,"currency":"USD"}},"reason":"rewarded","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Sale","value":"$115.05"},{"label":"× 10 %","value":"$11.50"},{"label":"Reward","value":"$11.50"}],"reward":{"minor":1150,"currency":"USD"},"held_until":1773669600000}],"rewards":[{"partnership_id":"019cbdde-7a00-8872-a38d-a32d2b0d6b6f","offer_id":"019cbdde-7a00-856a-920b-995133333fe3","offer_version_id":"019cbdde-7a00-83fa-a9a4-485bcdf04470","trigger_key":"sale","amount":{"minor":1150,"currency":"USD"},"description":"10 %, after two weeks, at most 50.00 a month","state":"scheduled","ready_at":1773669600000}]}', 1, 1772463600000, 1772712000000, NULL),
	('019caf10-3180-80cc-a8cd-db0205efc337', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019caf10-3180-8aa0-920e-8b5bb7018922', 0, '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-17","occurred_at":1772463600000,"amount":{"minor":27117,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772463600000, 1772712000000, NULL),
	('019cafeb-eb80-835a-9626-e3166c592d89', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cafeb-eb80-8d4b-a5ac-b2f9d4dcf3de', 0, '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-9","occurred_at":1772478000000,"amount":{"minor":16709,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772478000000, 1772712000000, NULL),
	('019cafeb-eb80-8441-a551-7f5cc312c131', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cafeb-eb80-8215-a43f-b01aeb338f9c', 0, '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'rewarded', '{"event":{"kind":"transaction","key":"s-21","occurred_at":1772478000000,"amount":{"minor":32321,"currency":"USD"}},"reason":"rewarded","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Sale","value":"$323.21"},{"label":"× 10 %","value":"$32.32"},{"label":"$33.41 of $50.00 given in March 2026","value":"−$15.73"},{"label":"Reward","value":"$16.59"}],"reward":{"minor":1659,"currency":"USD"},"held_until":1773684000000}],"rewards":[{"partnership_id":"019cbdde-7a00-8872-a38d-a32d2b0d6b6f","offer_id":"019cbdde-7a00-856a-920b-995133333fe3","offer_version_id":"019cbdde-7a00-83fa-a9a4-485bcdf04470","trigger_key":"sale","amount":{"minor":1659,"currency":"USD"},"description":"10 %, after two weeks, at most 50.00 a month","state":"scheduled","ready_at":1773684000000}]}', 1, 1772478000000, 1772712000000, NULL),
	('019cb391-c200-81a6-b5b5-f40d3a37e726', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb391-c200-8371-b3a1-b38776198e7f', 0, '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-2","occurred_at":1772539200000,"amount":{"minor":7602,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772539200000, 1772712000000, NULL),
	('019cb391-c200-8195-bc92-da103038cf79', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb391-c200-8920-8e4e-b580a760e564', 0, '019cadfd-8900-819e-9607-9290d0993e03', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-14","occurred_at":1772539200000,"amount":{"minor":23214,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772539200000, 1772712000000, NULL),
	('019cb46d-7c00-8085-a43e-a8b7fc33b94c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb46d-7c00-8978-a7f1-97c62d88925f', 0, '019cadfd-8900-819e-9607-9290d0993e03', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-6","occurred_at":1772553600000,"amount":{"minor":12806,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772553600000, 1772712000000, NULL),
	('019cb46d-7c00-8186-9b82-09298498d447', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb46d-7c00-8190-b1b5-a88f84726f9a', 0, '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-18","occurred_at":1772553600000,"amount":{"minor":28418,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772553600000, 1772712000000, NULL),
	('019cb549-3600-8054-8584-a2e296ecdb05', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb549-3600-8431-98dd-d5acde2d2f8b', 0, '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-10","occurred_at":1772568000000,"amount":{"minor":18010,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772568000000, 1772712000000, NULL),
	('019cb549-3600-888b-a827-903da96d7ee2', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb549-3600-802c-bbc0-5be755aa4db2', 0, '019cadfd-8900-819e-9607-9290d0993e03', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"s-22","occurred_at":1772568000000,"amount":{"minor":33622,"currency":"USD"}},"reason":"no_attribution"}', 0, 1772568000000, 1772712000000, NULL),
	('019cb813-5280-863c-91d5-b4e6c589841c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb813-5280-8722-a463-cd97be9b4937', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 'currency_differs', '{"event":{"kind":"transaction","key":"s-25","occurred_at":1772614800000,"amount":{"minor":2000,"currency":"EUR"}},"reason":"currency_differs","partner_key":"bolt","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"currency_differs","words":"The payment was made in a currency that this offer does not cover.","detail":"EUR instead of USD"}]}', 0, 1772614800000, 1772712000000, NULL),
	('019cb8ef-0c80-84cf-9551-7574a70f212f', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb8ef-0c80-8116-843f-ed475fd43059', 0, '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-3","occurred_at":1772629200000,"amount":{"minor":8903,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$89.03"},{"label":"× 20 %","value":"$17.81"},{"label":"Reward","value":"$17.81"}],"reward":{"minor":1781,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":1781,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772629200000, 1772712000000, NULL),
	('019cb8ef-0c80-8624-9712-e3bec5713ccc', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb8ef-0c80-8ef1-a65a-6dd387828096', 0, '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-15","occurred_at":1772629200000,"amount":{"minor":24515,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$245.15"},{"label":"× 20 %","value":"$49.03"},{"label":"Reward","value":"$49.03"}],"reward":{"minor":4903,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":4903,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772629200000, 1772712000000, NULL),
	('019cb9ca-c680-8005-b5ed-ed94555911d7', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb9ca-c680-84c1-b510-40e41780ec3f', 0, '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-7","occurred_at":1772643600000,"amount":{"minor":14107,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$141.07"},{"label":"× 20 %","value":"$28.21"},{"label":"Reward","value":"$28.21"}],"reward":{"minor":2821,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":2821,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772643600000, 1772712000000, NULL),
	('019cb9ca-c680-888d-862d-ec8a297b84e8', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb9ca-c680-8c1c-b088-387f0476908e', 0, '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-19","occurred_at":1772643600000,"amount":{"minor":29719,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$297.19"},{"label":"× 20 %","value":"$59.44"},{"label":"Reward","value":"$59.44"}],"reward":{"minor":5944,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":5944,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772643600000, 1772712000000, NULL),
	('019cbaa6-8080-8493-9e29-61c195eb4cb5', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cbaa6-8080-8e30-aa09-3c10cf601faf', 0, '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-11","occurred_at":1772658000000,"amount":{"minor":19311,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$193.11"},{"label":"× 20 %","value":"$38.62"},{"label":"Reward","value":"$38.62"}],"reward":{"minor":3862,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":3862,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772658000000, 1772712000000, NULL),
	('019cbaa6-8080-8782-9a9b-a4df28380431', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cbaa6-8080-8e11-935a-21e6f487fdd6', 0, '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-23","occurred_at":1772658000000,"amount":{"minor":34923,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$349.23"},{"label":"× 20 %","value":"$69.85"},{"label":"Reward","value":"$69.85"}],"reward":{"minor":6985,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":6985,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772658000000, 1772712000000, NULL),
	('019cbb14-5d80-8414-8ec6-18f7e1229d12', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cbb14-5d80-878e-beec-d15ddeb43ef7', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, 'original_not_rewarded', '{"event":{"kind":"transaction","key":"r-1","occurred_at":1772665200000,"amount":{"minor":-1000,"currency":"USD"},"refund_of":"s-8"},"reason":"original_not_rewarded"}', 0, 1772665200000, 1772712000000, NULL),
	('019d4e10-8a00-8f67-899c-1f17375ce22d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d4e10-8a00-81e4-9e1c-c44c4ff169de', 0, '019cb323-e500-8e6f-bbc5-5da5d69073f9', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'rewarded', '{"event":{"kind":"transaction","key":"a-1","occurred_at":1775131200000,"amount":{"minor":3750,"currency":"USD"}},"reason":"rewarded","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Sale","value":"$37.50"},{"label":"× 10 %","value":"$3.75"},{"label":"Reward","value":"$3.75"}],"reward":{"minor":375,"currency":"USD"},"held_until":1776340800000}],"rewards":[{"partnership_id":"019cbdde-7a00-8872-a38d-a32d2b0d6b6f","offer_id":"019cbdde-7a00-856a-920b-995133333fe3","offer_version_id":"019cbdde-7a00-83fa-a9a4-485bcdf04470","trigger_key":"sale","amount":{"minor":375,"currency":"USD"},"description":"10 %, after two weeks, at most 50.00 a month","state":"scheduled","ready_at":1776340800000}]}', 1, 1775131200000, 1775822400000, NULL),
	('019d5336-e600-8c1b-9569-83d08a6fbb34', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d5336-e600-8695-ab37-de2e84a2b7f3', 0, '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"a-2","occurred_at":1775217600000,"amount":{"minor":4450,"currency":"USD"}},"reason":"no_attribution"}', 0, 1775217600000, 1775822400000, NULL),
	('019d585d-4200-8284-a44c-edbd5add197d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d585d-4200-8764-a6e7-97538d6f2ffa', 0, '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"a-3","occurred_at":1775304000000,"amount":{"minor":5150,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 2 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$51.50"},{"label":"× 20 %","value":"$10.30"},{"label":"Reward","value":"$10.30"}],"reward":{"minor":1030,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":1030,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1775304000000, 1775822400000, NULL),
	('019d5d83-9e00-8f2f-94b3-166be2d83fe4', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d5d83-9e00-8e25-8e12-6027be5bfbdb', 0, '019cb323-e500-874c-a221-cbf8e81dad3e', '019cbdde-7a00-8065-a007-9053c0df35a0', 'rewarded', '{"event":{"kind":"transaction","key":"a-4","occurred_at":1775390400000,"amount":{"minor":5850,"currency":"USD"}},"reason":"rewarded","partner_key":"bolt","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 2 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$58.50"},{"label":"× 20 %","value":"$11.70"},{"label":"Reward","value":"$11.70"}],"reward":{"minor":1170,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-8065-a007-9053c0df35a0","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":1170,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1775390400000, 1775822400000, NULL),
	('019d62a9-fa00-8362-9c93-e024fa9bacbd', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d62a9-fa00-8715-8560-34757877b57e', 0, '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 'rewarded', '{"event":{"kind":"transaction","key":"a-5","occurred_at":1775476800000,"amount":{"minor":6550,"currency":"USD"}},"reason":"rewarded","partner_key":"crest","triggers":[{"offer_key":"agencies-2026","offer_version":1,"offer_description":"10 %, after two weeks, at most 50.00 a month","trigger_key":"sale","sentence":"10 % of every payment, up to $50.00 a month, on hold for 14 days","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Sale","value":"$65.50"},{"label":"× 10 %","value":"$6.55"},{"label":"Reward","value":"$6.55"}],"reward":{"minor":655,"currency":"USD"},"held_until":1776686400000}],"rewards":[{"partnership_id":"019cbdde-7a00-8872-a38d-a32d2b0d6b6f","offer_id":"019cbdde-7a00-856a-920b-995133333fe3","offer_version_id":"019cbdde-7a00-83fa-a9a4-485bcdf04470","trigger_key":"sale","amount":{"minor":655,"currency":"USD"},"description":"10 %, after two weeks, at most 50.00 a month","state":"scheduled","ready_at":1776686400000}]}', 1, 1775476800000, 1775822400000, NULL),
	('019d67d0-5600-8ca0-8678-e24c030a18f7', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d67d0-5600-8b3d-b5d7-489faaf4272f', 0, '019cadfd-8900-819e-9607-9290d0993e03', NULL, 'no_attribution', '{"event":{"kind":"transaction","key":"a-6","occurred_at":1775563200000,"amount":{"minor":7250,"currency":"USD"}},"reason":"no_attribution"}', 0, 1775563200000, 1775822400000, NULL),
	('019d6cf6-b200-882f-8ee0-bfa99047497a', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d6cf6-b200-8af0-aea7-1a14c5f5ce4d', 0, '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"a-7","occurred_at":1775649600000,"amount":{"minor":7950,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 2 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$79.50"},{"label":"× 20 %","value":"$15.90"},{"label":"Reward","value":"$15.90"}],"reward":{"minor":1590,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":1590,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1775649600000, 1775822400000, NULL),
	('019d6cf6-b200-8e43-b609-43dc203cd335', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d6cf6-b200-8c40-8270-0e2539b78ff1', 0, '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 'original_not_rewarded', '{"event":{"kind":"transaction","key":"r-2","occurred_at":1775649600000,"amount":{"minor":-2000,"currency":"USD"},"refund_of":"s-1"},"reason":"original_not_rewarded"}', 0, 1775649600000, 1775822400000, NULL),
	('019d721d-0e00-8709-8432-3d278dc24c8e', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d721d-0e00-8cfa-ae94-a68a75cbd10a', 0, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 'rewarded', '{"event":{"kind":"transaction","key":"a-8","occurred_at":1775736000000,"amount":{"minor":8650,"currency":"USD"}},"reason":"rewarded","partner_key":"bolt","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 2 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$86.50"},{"label":"× 20 %","value":"$17.30"},{"label":"Reward","value":"$17.30"}],"reward":{"minor":1730,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-8065-a007-9053c0df35a0","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":1730,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1775736000000, 1775822400000, NULL),
	('019ca8d7-2d00-8b6d-92e8-911b6f750f8d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019ca8d7-2d00-86f6-9873-240f44c42d43', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-24","occurred_at":1772359200000,"amount":{"minor":36224,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$362.24"},{"label":"× 20 %","value":"$72.45"},{"label":"Reward","value":"$72.45"}],"reward":{"minor":7245,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":7245,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772359200000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019ca9b2-e700-8ce5-b3c6-842862bbd87d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019ca9b2-e700-8721-a845-f0e53a2f205f', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-16","occurred_at":1772373600000,"amount":{"minor":25816,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$258.16"},{"label":"× 20 %","value":"$51.63"},{"label":"Reward","value":"$51.63"}],"reward":{"minor":5163,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":5163,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772373600000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019caa8e-a100-869a-a0ab-5725d884a0b1', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019caa8e-a100-8a84-8200-e2441289266d', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"s-8","occurred_at":1772388000000,"amount":{"minor":15408,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 1 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$154.08"},{"label":"× 20 %","value":"$30.82"},{"label":"Reward","value":"$30.82"}],"reward":{"minor":3082,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":3082,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772388000000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019cbb14-5d80-87d1-9bee-7715c5d71789', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cbb14-5d80-878e-beec-d15ddeb43ef7', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'refund_reversed', '{"event":{"kind":"transaction","key":"r-1","occurred_at":1772665200000,"amount":{"minor":-1000,"currency":"USD"},"refund_of":"s-8"},"reason":"refund_reversed","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"","matched":true,"reason":"refund_reversed","words":"The customer was refunded, so the same share of the commission was taken back.","lines":[{"label":"Original reward","value":"$30.82"},{"label":"× $10.00 of $154.08 refunded","value":"−$2.00"},{"label":"Taken back now","value":"−$2.00"}],"reward":{"minor":-200,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":-200,"currency":"USD"},"description":"Refund: 20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending","reverses":"019caa8e-a100-8ce6-bc5e-e317d6cb9ea7"}]}', 1, 1772665200000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019cadfd-8900-873e-b416-44c028253132', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cadfd-8900-880c-aef1-92ddb41b9298', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 'superseded_by_attribution', '{"event":{"kind":"customer","key":"c-1","occurred_at":1772445600000},"reason":"superseded_by_attribution","partner_key":"bolt","rewards":[{"partnership_id":"019cbdde-7a00-8065-a007-9053c0df35a0","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sign-up","amount":{"minor":-1000,"currency":"USD"},"description":"Attribution changed: 20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending","reverses":"019cadfd-8900-83d3-8aac-e91391429cbb"}]}', 0, 1772445600000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019cadfd-8900-8020-9552-083ba85746e9', '019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '019cadfd-8900-880c-aef1-92ddb41b9298', 2, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"customer","key":"c-1","occurred_at":1772445600000},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":true,"reason":"rewarded","words":"This earned a commission.","lines":[{"label":"Flat amount","value":"$10.00"},{"label":"Reward","value":"$10.00"}],"reward":{"minor":1000,"currency":"USD"}},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sign-up","amount":{"minor":1000,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1772445600000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019cb813-5280-87c5-9da4-f8887f036187', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb813-5280-8722-a463-cd97be9b4937', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 'superseded_by_attribution', '{"event":{"kind":"transaction","key":"s-25","occurred_at":1772614800000,"amount":{"minor":2000,"currency":"EUR"}},"reason":"superseded_by_attribution","partner_key":"bolt"}', 0, 1772614800000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019cb813-5280-8ca0-8ddd-84c88eee537c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019cb813-5280-8722-a463-cd97be9b4937', 2, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'currency_differs', '{"event":{"kind":"transaction","key":"s-25","occurred_at":1772614800000,"amount":{"minor":2000,"currency":"EUR"}},"reason":"currency_differs","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":false,"reason":"currency_differs","words":"The payment was made in a currency that this offer does not cover.","detail":"EUR instead of USD"}]}', 0, 1772614800000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019d721d-0e00-8772-970b-c0f6b4ec4322', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d721d-0e00-8cfa-ae94-a68a75cbd10a', 1, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-8065-a007-9053c0df35a0', 'superseded_by_attribution', '{"event":{"kind":"transaction","key":"a-8","occurred_at":1775736000000,"amount":{"minor":8650,"currency":"USD"}},"reason":"superseded_by_attribution","partner_key":"bolt","rewards":[{"partnership_id":"019cbdde-7a00-8065-a007-9053c0df35a0","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":-1730,"currency":"USD"},"description":"Attribution changed: 20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending","reverses":"019d721d-0e00-862a-b209-07bf73c21a9c"}]}', 0, 1775736000000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3'),
	('019d721d-0e00-85f7-a691-fd63e8eedd56', '019cbdde-7a00-827e-9171-885a9da79ab6', 'transaction', '019d721d-0e00-8cfa-ae94-a68a75cbd10a', 2, '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 'rewarded', '{"event":{"kind":"transaction","key":"a-8","occurred_at":1775736000000,"amount":{"minor":8650,"currency":"USD"}},"reason":"rewarded","partner_key":"acme","triggers":[{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sign-up","sentence":"$10.00 for every new customer","matched":false,"reason":"event_kind_differs","words":"This offer pays for something else."},{"offer_key":"affiliates-2026","offer_version":1,"offer_description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","trigger_key":"sale","sentence":"20 % of every payment in a customer''s first 12 months, from $10.00 a payment","matched":true,"reason":"rewarded","words":"Month 2 of 12 since the customer''s first purchase.","lines":[{"label":"Sale","value":"$86.50"},{"label":"× 20 %","value":"$17.30"},{"label":"Reward","value":"$17.30"}],"reward":{"minor":1730,"currency":"USD"}}],"rewards":[{"partnership_id":"019cbdde-7a00-848f-9a40-bc471738aabd","offer_id":"019cbdde-7a00-891a-8c96-db62b13d6afb","offer_version_id":"019cbdde-7a00-8ca7-ab73-a94cdad60397","trigger_key":"sale","amount":{"minor":1730,"currency":"USD"},"description":"20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up","state":"pending"}]}', 1, 1775736000000, 1775822400000, '019d7743-6a00-8239-9338-5dae4889e6a3');
INSERT INTO public.reward_counts VALUES
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'customer', 4, 4000),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'manual', 1, 2500),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'manual', 1, 2500),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'approved', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 1, 6985),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'approved', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 1, 6985),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'declined', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 1, 5944),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'declined', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 1, 5944),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 3, 9505),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'pending', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'transaction', 3, 5000),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'scheduled', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'transaction', 0, 0),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'customer', 5, 5000),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'refund', 1, -200),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'customer', 1, 1000),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'refund', 1, -200),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 8, 22740),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'pending', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'transaction', 5, 6030),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'scheduled', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'transaction', 0, 0),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'pending', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'transaction', 2, 1030),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'scheduled', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', 'transaction', 0, 0),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'hold', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 0, 0),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 12, 36107),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202603, 'USD', 'hold', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 0, 0),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202605, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'transaction', 1, 3862),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'approved', '019cbdde-7a00-8d26-be04-a277597bd2db', 'attribution', 1, -1730),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 0, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'attribution', 1, -1000),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'approved', '019cbdde-7a00-8d26-be04-a277597bd2db', 'attribution', 1, -1730),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 202604, 'USD', 'pending', '019cbdde-7a00-8d26-be04-a277597bd2db', 'attribution', 1, -1000);
INSERT INTO public.reward_records VALUES
	('019cbdde-7a00-8667-ba13-5e1902aa5521', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbaa6-8080-8b58-9579-d6e495ebe162', 'approve', 'pending', 'approved', 202603, 202603, NULL, 'mia@northwind.example', 1772712000000, 1, '019cbdde-7a00-86b5-a080-44c2cdddda0c', NULL),
	('019cbdde-7a00-815e-b966-a980081497bd', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbaa6-8080-8abc-8138-2732e7fcbe66', 'hold', 'pending', 'hold', 202603, 202603, 'Asks the shop', 'mia@northwind.example', 1772712000000, 1, '019cbdde-7a00-8a21-86b0-e2f5a561e4c8', NULL),
	('019cbdde-7a00-8dba-9e85-28aef49567b6', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cb9ca-c680-8dcc-8cf5-6267344ce2b3', 'decline', 'pending', 'declined', 202603, 202603, 'Own purchase', 'mia@northwind.example', 1772712000000, 1, '019cbdde-7a00-808b-b18e-eca958a2e5f2', NULL),
	('019cf616-9100-8c1d-8725-67a918e15d08', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cae34-7780-8229-b567-1afd1cedc3d7', 'hold_days_over', 'scheduled', 'pending', 202603, 202603, NULL, 'system', 1773655200000, 1, NULL, NULL),
	('019cf6f2-4b00-8ab1-8bf2-27a8c0749d89', '019cbdde-7a00-827e-9171-885a9da79ab6', '019caf10-3180-80d1-8f78-ccdb2b7c68ad', 'hold_days_over', 'scheduled', 'pending', 202603, 202603, NULL, 'system', 1773669600000, 1, NULL, NULL),
	('019cf7ce-0500-8c25-8156-8a16c2cd4879', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cafeb-eb80-8bd2-8dec-23fc81032798', 'hold_days_over', 'scheduled', 'pending', 202603, 202603, NULL, 'system', 1773684000000, 1, NULL, NULL),
	('019d9629-9200-8b38-bd18-c4bbb3a44f3e', '019cbdde-7a00-827e-9171-885a9da79ab6', '019d4e10-8a00-89cb-8988-075c46fd3323', 'hold_days_over', 'scheduled', 'pending', 202604, 202604, NULL, 'system', 1776340800000, 1, NULL, NULL),
	('019daac3-0200-8240-98db-de6b54bfc0bc', '019cbdde-7a00-827e-9171-885a9da79ab6', '019d62a9-fa00-8610-816e-0d4735d5597f', 'hold_days_over', 'scheduled', 'pending', 202604, 202604, NULL, 'system', 1776686400000, 1, NULL, NULL),
	('019dedb5-ae00-88b9-9118-1970288bf1f1', '019cbdde-7a00-827e-9171-885a9da79ab6', '019cbaa6-8080-8abc-8138-2732e7fcbe66', 'release', 'hold', 'pending', 202603, 202605, NULL, 'mia@northwind.example', 1777809600000, 2, '019dedb5-ae00-8438-85c9-f77200f4e917', NULL),
	('019dedb5-ae00-80af-95b2-ebec79122ba3', '019cbdde-7a00-827e-9171-885a9da79ab6', '019d721d-0e00-8d84-ade2-1e8361d5999f', 'approve', 'pending', 'approved', 202604, 202604, NULL, 'mia@northwind.example', 1777809600000, 1, '019dedb5-ae00-8890-ab87-59b8f7d1e9b0', NULL);
INSERT INTO public.rewards VALUES
	('019cadfd-8900-83d3-8aac-e91391429cbb', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjpzv280gf9rnb792e8m575v', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sign-up', 'customer', NULL, NULL, 1000, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772445600000, 1772712000000, 'command line', 811585116571),
	('019cadfd-8900-8d06-9655-ff59b19b385f', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjpzv280hm39cnfzb6rspe2z', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-86e0-910b-27b4efae1a4d', NULL, '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sign-up', 'customer', NULL, NULL, 1000, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772445600000, 1772712000000, 'command line', 299027852470),
	('019cb323-e500-872e-a346-ea6cdcbd27dd', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjsj7s80gwqa6hqadkebt9yx', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sign-up', 'customer', NULL, NULL, 1000, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772532000000, 1772712000000, 'command line', 76422635499),
	('019cb323-e500-8535-ab4e-bde861616539', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjsj7s80gmttpknxx1gp2s9s', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-81d2-a742-c23a67969b71', NULL, '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sign-up', 'customer', NULL, NULL, 1000, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772532000000, 1772712000000, 'command line', 689707646850),
	('019cb8ef-0c80-83e2-9e2c-8ace9792fd98', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjwey340gfh9wb4astbs5zcr', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cb8ef-0c80-8116-843f-ed475fd43059', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 1781, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772629200000, 1772712000000, 'command line', 626488532313),
	('019cb8ef-0c80-80e9-9170-1c0f5995f77d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjwey340g3ms2w0w1xcsbxvx', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-81d2-a742-c23a67969b71', '019cb8ef-0c80-8ef1-a65a-6dd387828096', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 4903, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772629200000, 1772712000000, 'command line', 392032164769),
	('019cb9ca-c680-8499-ac0b-491c679e9d55', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjwwnhm0gjctr2t93hksx7an', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-81d2-a742-c23a67969b71', '019cb9ca-c680-84c1-b510-40e41780ec3f', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 2821, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202603, 1772643600000, 1772712000000, 'command line', 894524981196),
	('00000000-0000-8e8e-8d62-1a36db3c5a27', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_0000000000ht78trgt6vdkrph7', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', NULL, NULL, NULL, NULL, NULL, 'manual', NULL, NULL, 2500, 'USD', 'Welcome bonus', 'pending', NULL, NULL, 202603, 1772712000000, 1772712000000, 'command line', 931692244036),
	('019cbaa6-8080-8b58-9579-d6e495ebe162', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjxad040hdc9ayepwjayqrb2', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-81d2-a742-c23a67969b71', '019cbaa6-8080-8e11-935a-21e6f487fdd6', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 6985, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'approved', NULL, NULL, 202603, 1772658000000, 1772712000000, 'command line', 61861421731),
	('019cb9ca-c680-8dcc-8cf5-6267344ce2b3', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjwwnhm0hq68sxb2cwt4srnk', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cb9ca-c680-8c1c-b088-387f0476908e', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 5944, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'declined', 'Own purchase', NULL, 202603, 1772643600000, 1772712000000, 'command line', 537845107597),
	('019cae34-7780-8229-b567-1afd1cedc3d7', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjq38xw0g8mvasrtzmeevgyq', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cae34-7780-8c6f-9bed-febe8147f60a', '019cbdde-7a00-856a-920b-995133333fe3', '019cbdde-7a00-83fa-a9a4-485bcdf04470', 'sale', 'transaction', NULL, NULL, 2191, 'USD', '10 %, after two weeks, at most 50.00 a month', 'pending', NULL, 1773655200000, 202603, 1772449200000, 1772712000000, 'command line', 211974095176),
	('019caf10-3180-80d1-8f78-ccdb2b7c68ad', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjqh0cc0g38ryy6cvcnqrt5d', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019caf10-3180-8ad7-92f2-7053ff6b5488', '019cbdde-7a00-856a-920b-995133333fe3', '019cbdde-7a00-83fa-a9a4-485bcdf04470', 'sale', 'transaction', NULL, NULL, 1150, 'USD', '10 %, after two weeks, at most 50.00 a month', 'pending', NULL, 1773669600000, 202603, 1772463600000, 1772712000000, 'command line', 256451954125),
	('019cafeb-eb80-8bd2-8dec-23fc81032798', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjqyqtw0hf98vv13zj0g69wr', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cafeb-eb80-8215-a43f-b01aeb338f9c', '019cbdde-7a00-856a-920b-995133333fe3', '019cbdde-7a00-83fa-a9a4-485bcdf04470', 'sale', 'transaction', NULL, NULL, 1659, 'USD', '10 %, after two weeks, at most 50.00 a month', 'pending', NULL, 1773684000000, 202603, 1772478000000, 1772712000000, 'command line', 935113638044),
	('019d585d-4200-8528-9f8a-8061c2b21e0d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01knc5tgg0gmm9z2m0c71b47gd', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019d585d-4200-8764-a6e7-97538d6f2ffa', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 1030, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1775304000000, 1775822400000, 'command line', 827842102778),
	('019d5d83-9e00-8573-84b4-9732a213f515', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kner77g0gnsr9d4q6ah17x8n', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-874c-a221-cbf8e81dad3e', '019d5d83-9e00-8e25-8e12-6027be5bfbdb', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 1170, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1775390400000, 1775822400000, 'command line', 308106254367),
	('019d4e10-8a00-89cb-8988-075c46fd3323', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kn7112g0h75rk207bh3ftcs3', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '019cb323-e500-8e6f-bbc5-5da5d69073f9', '019d4e10-8a00-81e4-9e1c-c44c4ff169de', '019cbdde-7a00-856a-920b-995133333fe3', '019cbdde-7a00-83fa-a9a4-485bcdf04470', 'sale', 'transaction', NULL, NULL, 375, 'USD', '10 %, after two weeks, at most 50.00 a month', 'pending', NULL, 1776340800000, 202604, 1775131200000, 1775822400000, 'command line', 683851601229),
	('019cbaa6-8080-8abc-8138-2732e7fcbe66', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjxad040hay82e176bkzsfk6', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbaa6-8080-8e30-aa09-3c10cf601faf', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 3862, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202605, 1772658000000, 1772712000000, 'command line', 340099905388),
	('019d6cf6-b200-8217-ad6e-6161035d889c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01knpfdcg0g8bttvk1c41nv24w', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cb323-e500-81d2-a742-c23a67969b71', '019d6cf6-b200-8af0-aea7-1a14c5f5ce4d', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 1590, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1775649600000, 1775822400000, 'command line', 617959464412),
	('019d721d-0e00-862a-b209-07bf73c21a9c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kns1t3g0grnb4287qxsw46mw', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019d721d-0e00-8cfa-ae94-a68a75cbd10a', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, NULL, 1730, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1775736000000, 1775822400000, 'command line', 114901799257),
	('019ca8d7-2d00-8f31-a818-1177f300dd4c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjmdeb80hwrtg60hezsg1qac', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019ca8d7-2d00-86f6-9873-240f44c42d43', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, '019d7743-6a00-8239-9338-5dae4889e6a3', 7245, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1772359200000, 1775822400000, 'command line', 139561752768),
	('019ca9b2-e700-8040-888f-6022f678822c', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjmv5sr0g108h3v04bv7h0hc', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019ca9b2-e700-8721-a845-f0e53a2f205f', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, '019d7743-6a00-8239-9338-5dae4889e6a3', 5163, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1772373600000, 1775822400000, 'command line', 245313272243),
	('019caa8e-a100-8ce6-bc5e-e317d6cb9ea7', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjn8x880hkkbrqq32zbcq7n7', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019caa8e-a100-8a84-8200-e2441289266d', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, '019d7743-6a00-8239-9338-5dae4889e6a3', 3082, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1772388000000, 1775822400000, 'command line', 593503837364),
	('019cbb14-5d80-8209-9228-ee637a1b805d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjxh8qc0g84s4a7ecdx1q02x', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbb14-5d80-878e-beec-d15ddeb43ef7', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'refund', '019caa8e-a100-8ce6-bc5e-e317d6cb9ea7', '019d7743-6a00-8239-9338-5dae4889e6a3', -200, 'USD', 'Refund: 20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1772665200000, 1775822400000, 'command line', 955822454371),
	('019cadfd-8900-84a0-8b68-448c1d7b8428', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjpzv280gjg8pt24hgeqq118', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sign-up', 'attribution', '019cadfd-8900-83d3-8aac-e91391429cbb', '019d7743-6a00-8239-9338-5dae4889e6a3', -1000, 'USD', 'Attribution changed: 20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1772445600000, 1775822400000, 'command line', 415845185414),
	('019cadfd-8900-8cdd-8155-90c558e9701e', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kjpzv280hker2ncgrncejw0y', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', NULL, '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sign-up', 'customer', NULL, '019d7743-6a00-8239-9338-5dae4889e6a3', 1000, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1772445600000, 1775822400000, 'command line', 292873857877),
	('019d721d-0e00-80cd-af30-9e5ff1ed6f65', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kns1t3g0g36tyc4ybzrytvv5', '019cbdde-7a00-848f-9a40-bc471738aabd', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019d721d-0e00-8cfa-ae94-a68a75cbd10a', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'transaction', NULL, '019d7743-6a00-8239-9338-5dae4889e6a3', 1730, 'USD', '20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'pending', NULL, NULL, 202604, 1775736000000, 1775822400000, 'command line', 571553425716),
	('019d62a9-fa00-8610-816e-0d4735d5597f', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01knhakyg0gr882vgd8wtxapbz', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', '019cbdde-7a00-8a2c-bf36-d15af96fdb9b', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019d62a9-fa00-8715-8560-34757877b57e', '019cbdde-7a00-856a-920b-995133333fe3', '019cbdde-7a00-83fa-a9a4-485bcdf04470', 'sale', 'transaction', NULL, NULL, 655, 'USD', '10 %, after two weeks, at most 50.00 a month', 'pending', NULL, 1776686400000, 202604, 1775476800000, 1775822400000, 'command line', 211834857563),
	('019d721d-0e00-8d84-ade2-1e8361d5999f', '019cbdde-7a00-827e-9171-885a9da79ab6', 'rwd_01kns1t3g0hp2avrgygdgxb6cz', '019cbdde-7a00-8065-a007-9053c0df35a0', '019cbdde-7a00-8d26-be04-a277597bd2db', '019cadfd-8900-880c-aef1-92ddb41b9298', '019d721d-0e00-8cfa-ae94-a68a75cbd10a', '019cbdde-7a00-891a-8c96-db62b13d6afb', '019cbdde-7a00-8ca7-ab73-a94cdad60397', 'sale', 'attribution', '019d721d-0e00-862a-b209-07bf73c21a9c', '019d7743-6a00-8239-9338-5dae4889e6a3', -1730, 'USD', 'Attribution changed: 20 % of every payment in a customer''s first 12 months, 10.00 for each sign-up', 'approved', NULL, NULL, 202604, 1775736000000, 1775822400000, 'command line', 269959000556);
INSERT INTO public.seaql_migrations VALUES
	('m0001_programme', 1795721383),
	('m0002_money', 1795721383),
	('m0003_work', 1795721383),
	('m0004_lists', 1795721384),
	('m0005_company_account', 1795721384),
	('m0006_list_indexes', 1795721384);
INSERT INTO public.search_terms VALUES
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x61636d65', '019cbdde-7a00-848f-9a40-bc471738aabd'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x61636d652e6578616d706c65', '019cbdde-7a00-848f-9a40-bc471738aabd'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x616461', '019cbdde-7a00-848f-9a40-bc471738aabd'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x6164614061636d652e6578616d706c65', '019cbdde-7a00-848f-9a40-bc471738aabd'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x6c6f76656c616365', '019cbdde-7a00-848f-9a40-bc471738aabd'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x626f', '019cbdde-7a00-8065-a007-9053c0df35a0'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x626f40626f6c742e6578616d706c65', '019cbdde-7a00-8065-a007-9053c0df35a0'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x626f6c74', '019cbdde-7a00-8065-a007-9053c0df35a0'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x626f6c742e6578616d706c65', '019cbdde-7a00-8065-a007-9053c0df35a0'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x73c3b6686e65', '019cbdde-7a00-8065-a007-9053c0df35a0'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x6167656e6379', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x6372657374', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x63726573742e6578616d706c65', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x6379', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'partner', '\x63794063726573742e6578616d706c65', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x33', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d33', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6333', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633340637573746f6d6572732e6578616d706c65', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019ca8d7-2d00-8468-85c0-0e5f84199fa4'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x36', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d36', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6336', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633640637573746f6d6572732e6578616d706c65', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019ca8d7-2d00-858c-b3f9-1ffa94518979'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x31', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d31', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6331', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633140637573746f6d6572732e6578616d706c65', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019cadfd-8900-880c-aef1-92ddb41b9298'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x34', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d34', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6334', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633440637573746f6d6572732e6578616d706c65', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019cadfd-8900-86e0-910b-27b4efae1a4d'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x37', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d37', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6337', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633740637573746f6d6572732e6578616d706c65', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019cadfd-8900-819e-9607-9290d0993e03'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x32', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d32', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6332', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633240637573746f6d6572732e6578616d706c65', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019cb323-e500-8e6f-bbc5-5da5d69073f9'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x35', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d35', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6335', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633540637573746f6d6572732e6578616d706c65', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019cb323-e500-874c-a221-cbf8e81dad3e'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x38', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x63', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x632d38', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x6338', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x633840637573746f6d6572732e6578616d706c65', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d657273', '019cb323-e500-81d2-a742-c23a67969b71'),
	('019cbdde-7a00-827e-9171-885a9da79ab6', 'customer', '\x637573746f6d6572732e6578616d706c65', '019cb323-e500-81d2-a742-c23a67969b71');
INSERT INTO public.sessions VALUES
	('a1dccc3b8d3f647a3bca76c3ade97ba4ebb7c8f550777456169c96eb55613d20', '{"user_id":"01a21955-d112-8760-a922-c07dea3335bc","scope":"company:019cbdde-7a00-827e-9171-885a9da79ab6","seen":1795721384}', 1796930984860);
INSERT INTO public.sign_in_failures VALUES
	('address:127.0.0.1', 0, 1795721384377);
INSERT INTO public.simulated_requests VALUES
	('019d4732-ba00-891e-b464-8862c2311622-1', '019cbdde-7a00-827e-9171-885a9da79ab6', 'charge', 29390, 'USD', 'succeed', 'sim_0000000000g4kt6r9wfa0evjs0', 1, 1775620800000),
	('019d6b3f-3e00-811c-b70b-7a5ca7518e03-1', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout', 2000, 'USD', 'succeed', 'sim_0000000000h2xrc6mvpgnrkz92', 1, 1775620800000),
	('019d6b3f-3e00-8784-8a38-6fa22b8966c0-1', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout', 5000, 'USD', 'succeed', 'sim_0000000000g0drxs722qqd8qn5', 1, 1775620800000),
	('019d6b3f-3e00-8d3a-ad44-0681b2d7db4e-1', '019cbdde-7a00-827e-9171-885a9da79ab6', 'payout', 20990, 'USD', 'succeed', 'sim_0000000000g9p8vgn74ypyyxen', 1, 1775620800000);
INSERT INTO public.submissions VALUES
	('f2fa6e1ad109df1c4dc69b4d1515c69bbedc781c9da057b7e49c40cbf678f5a0', NULL, '{"message":"Approved 1 reward.","to":null,"undo":{"action":"/rpc/rewards/undo","fields":[["batch","019cbdde-7a00-86b5-a080-44c2cdddda0c"]]}}', 1795721384471),
	('d24b409618bed08feb23b939100f474f7efa35d9f43d8a656336ad6a8f663d25', NULL, '{"message":"Put 1 reward on hold.","to":null,"undo":{"action":"/rpc/rewards/undo","fields":[["batch","019cbdde-7a00-8a21-86b0-e2f5a561e4c8"]]}}', 1795721384476),
	('6c29636cc4ddafcd146ed71fed27ff3032966f7adf5a6f5f04055ceaf491bcb4', NULL, '{"message":"Declined 1 reward.","to":null,"undo":{"action":"/rpc/rewards/undo","fields":[["batch","019cbdde-7a00-808b-b18e-eca958a2e5f2"]]}}', 1795721384480),
	('3ec88d45c3b6ae42cf72b6b75f9a89e1637ddc3473b56e0c21c9910e3367dfe9', NULL, '{"message":"It is 10 Apr 2026. Released 3 rewards, generated 1 invoice, charged 1 invoice, paid 3 partners, sent 5 mails.","to":null,"undo":null}', 1795721384599),
	('69ee833cc80f0637edc65d951cd7e9e351d25a3ee9fc39c036457f8c094a2f22', NULL, '{"message":"It is 3 May 2026. Released 2 rewards, generated 1 invoice, sent 1 mail.","to":null,"undo":null}', 1795721384782),
	('df43bf8d6ace24211aa026014320853f5a18ba2650b087f7b275aa314666ed7c', NULL, '{"message":"Released 1 reward.","to":null,"undo":{"action":"/rpc/rewards/undo","fields":[["batch","019dedb5-ae00-8438-85c9-f77200f4e917"]]}}', 1795721384807),
	('90e7b11f322f094f03cc70939fe5a68265c9c783a4cbe20bdff4d07326c79bda', NULL, '{"message":"Approved 1 reward.","to":null,"undo":{"action":"/rpc/rewards/undo","fields":[["batch","019dedb5-ae00-8890-ab87-59b8f7d1e9b0"]]}}', 1795721384833);
INSERT INTO public.transactions VALUES
	('019ca8d7-2d00-8be1-92b3-f056c67f3667', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-12', '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, 1, 20612, 'USD', 1772359200000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019ca9b2-e700-8e6c-b470-d8edca6205f2', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-4', '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, 2, 10204, 'USD', 1772373600000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019caa8e-a100-8c81-ac90-00eb745c679f', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-20', '019cb323-e500-874c-a221-cbf8e81dad3e', NULL, 3, 31020, 'USD', 1772388000000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cae34-7780-8c6f-9bed-febe8147f60a', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-13', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 1, 21913, 'USD', 1772449200000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019caf10-3180-8ad7-92f2-7053ff6b5488', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-5', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 2, 11505, 'USD', 1772463600000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019caf10-3180-8aa0-920e-8b5bb7018922', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-17', '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 2, 27117, 'USD', 1772463600000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cafeb-eb80-8d4b-a5ac-b2f9d4dcf3de', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-9', '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 3, 16709, 'USD', 1772478000000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cafeb-eb80-8215-a43f-b01aeb338f9c', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-21', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 3, 32321, 'USD', 1772478000000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb391-c200-8371-b3a1-b38776198e7f', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-2', '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 1, 7602, 'USD', 1772539200000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb391-c200-8920-8e4e-b580a760e564', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-14', '019cadfd-8900-819e-9607-9290d0993e03', NULL, 1, 23214, 'USD', 1772539200000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb46d-7c00-8978-a7f1-97c62d88925f', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-6', '019cadfd-8900-819e-9607-9290d0993e03', NULL, 2, 12806, 'USD', 1772553600000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb46d-7c00-8190-b1b5-a88f84726f9a', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-18', '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 2, 28418, 'USD', 1772553600000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb549-3600-8431-98dd-d5acde2d2f8b', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-10', '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 3, 18010, 'USD', 1772568000000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb549-3600-802c-bbc0-5be755aa4db2', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-22', '019cadfd-8900-819e-9607-9290d0993e03', NULL, 3, 33622, 'USD', 1772568000000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb8ef-0c80-8116-843f-ed475fd43059', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-3', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 1, 8903, 'USD', 1772629200000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb8ef-0c80-8ef1-a65a-6dd387828096', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-15', '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 1, 24515, 'USD', 1772629200000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb9ca-c680-84c1-b510-40e41780ec3f', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-7', '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 2, 14107, 'USD', 1772643600000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cb9ca-c680-8c1c-b088-387f0476908e', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-19', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 2, 29719, 'USD', 1772643600000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cbaa6-8080-8e30-aa09-3c10cf601faf', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-11', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 3, 19311, 'USD', 1772658000000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cbaa6-8080-8e11-935a-21e6f487fdd6', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-23', '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 3, 34923, 'USD', 1772658000000, 'plan-2', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019cae34-7780-895b-a16a-53f704eb2e52', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-1', '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 1, 6301, 'USD', 1772449200000, 'plan-1', 'software', NULL, 2000, 'import', 'command line', 1772712000000),
	('019d4e10-8a00-81e4-9e1c-c44c4ff169de', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-1', '019cb323-e500-8e6f-bbc5-5da5d69073f9', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 4, 3750, 'USD', 1775131200000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d5336-e600-8695-ab37-de2e84a2b7f3', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-2', '019ca8d7-2d00-8468-85c0-0e5f84199fa4', NULL, 4, 4450, 'USD', 1775217600000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d585d-4200-8764-a6e7-97538d6f2ffa', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-3', '019cadfd-8900-86e0-910b-27b4efae1a4d', '019cbdde-7a00-848f-9a40-bc471738aabd', 4, 5150, 'USD', 1775304000000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d5d83-9e00-8e25-8e12-6027be5bfbdb', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-4', '019cb323-e500-874c-a221-cbf8e81dad3e', '019cbdde-7a00-8065-a007-9053c0df35a0', 4, 5850, 'USD', 1775390400000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d62a9-fa00-8715-8560-34757877b57e', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-5', '019ca8d7-2d00-858c-b3f9-1ffa94518979', '019cbdde-7a00-8872-a38d-a32d2b0d6b6f', 4, 6550, 'USD', 1775476800000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d67d0-5600-8b3d-b5d7-489faaf4272f', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-6', '019cadfd-8900-819e-9607-9290d0993e03', NULL, 4, 7250, 'USD', 1775563200000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d6cf6-b200-8af0-aea7-1a14c5f5ce4d', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-7', '019cb323-e500-81d2-a742-c23a67969b71', '019cbdde-7a00-848f-9a40-bc471738aabd', 4, 7950, 'USD', 1775649600000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000),
	('019d6cf6-b200-8c40-8270-0e2539b78ff1', '019cbdde-7a00-827e-9171-885a9da79ab6', 'r-2', '019cb323-e500-8e6f-bbc5-5da5d69073f9', NULL, 5, -2000, 'USD', 1775649600000, NULL, NULL, '019cae34-7780-895b-a16a-53f704eb2e52', 0, 'import', 'command line', 1775822400000),
	('019ca8d7-2d00-86f6-9873-240f44c42d43', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-24', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 1, 36224, 'USD', 1772359200000, 'plan-0', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019ca9b2-e700-8721-a845-f0e53a2f205f', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-16', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 2, 25816, 'USD', 1772373600000, 'plan-1', 'software', NULL, 0, 'import', 'command line', 1772712000000),
	('019caa8e-a100-8a84-8200-e2441289266d', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-8', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 3, 15408, 'USD', 1772388000000, 'plan-2', 'software', NULL, 1000, 'import', 'command line', 1772712000000),
	('019cb813-5280-8722-a463-cd97be9b4937', '019cbdde-7a00-827e-9171-885a9da79ab6', 's-25', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 4, 2000, 'EUR', 1772614800000, NULL, NULL, NULL, 0, 'import', 'command line', 1772712000000),
	('019cbb14-5d80-878e-beec-d15ddeb43ef7', '019cbdde-7a00-827e-9171-885a9da79ab6', 'r-1', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 5, -1000, 'USD', 1772665200000, NULL, NULL, '019caa8e-a100-8a84-8200-e2441289266d', 0, 'import', 'command line', 1772712000000),
	('019d721d-0e00-8cfa-ae94-a68a75cbd10a', '019cbdde-7a00-827e-9171-885a9da79ab6', 'a-8', '019cadfd-8900-880c-aef1-92ddb41b9298', '019cbdde-7a00-848f-9a40-bc471738aabd', 6, 8650, 'USD', 1775736000000, NULL, NULL, NULL, 0, 'import', 'command line', 1775822400000);
INSERT INTO public.users VALUES
	('01a21955-d112-8760-a922-c07dea3335bc', 'mia@northwind.example', 'mia@northwind.example', '$argon2id$v=19$m=19456,t=2,p=1$UK+8TAD+ttdCdhc11zyaiA$52pShtAyysV56F5mTGFT7BJ9secWHScygVx3/shcM7o', 1795721384210);
ALTER TABLE ONLY public.attribution_changes
    ADD CONSTRAINT attribution_changes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attributions
    ADD CONSTRAINT attributions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.charge_attempts
    ADD CONSTRAINT charge_attempts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.companies
    ADD CONSTRAINT companies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.group_spans
    ADD CONSTRAINT group_spans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.invoice_partners
    ADD CONSTRAINT invoice_partners_pkey PRIMARY KEY (invoice_id, partnership_id);
ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (transfer_id, line);
ALTER TABLE ONLY public.ledger_transfers
    ADD CONSTRAINT ledger_transfers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.offer_versions
    ADD CONSTRAINT offer_versions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.offers
    ADD CONSTRAINT offers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.partners
    ADD CONSTRAINT partners_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.partnerships
    ADD CONSTRAINT partnerships_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.payouts
    ADD CONSTRAINT payouts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT receipts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.reward_counts
    ADD CONSTRAINT reward_counts_pkey PRIMARY KEY (company_id, invoice_month, currency, state, group_id, source);
ALTER TABLE ONLY public.reward_records
    ADD CONSTRAINT reward_records_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT rewards_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.seaql_migrations
    ADD CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.search_terms
    ADD CONSTRAINT search_terms_pkey PRIMARY KEY (company_id, kind, term, subject_id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.simulated_plans
    ADD CONSTRAINT simulated_plans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.simulated_requests
    ADD CONSTRAINT simulated_requests_pkey PRIMARY KEY (idempotency_key);
ALTER TABLE ONLY public.submissions
    ADD CONSTRAINT submissions_pkey PRIMARY KEY (token);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT transactions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
CREATE INDEX ix_attribution_changes_company_id_customer_id ON public.attribution_changes USING btree (company_id, customer_id);
CREATE INDEX ix_attributions_company_id_partnership_id ON public.attributions USING btree (company_id, partnership_id);
CREATE INDEX ix_attributions_customer_id_valid_from ON public.attributions USING btree (customer_id, valid_from);
CREATE INDEX ix_audit_company_id_at_id ON public.audit USING btree (company_id, at, id);
CREATE INDEX ix_audit_company_id_subject_kind_subject ON public.audit USING btree (company_id, subject_kind, subject);
CREATE INDEX ix_charge_attempts_state ON public.charge_attempts USING btree (state);
CREATE INDEX ix_companies_open_month_ends_at ON public.companies USING btree (open_month_ends_at);
CREATE INDEX ix_customers_company_id_created_at_id ON public.customers USING btree (company_id, created_at, id);
CREATE INDEX ix_customers_company_id_email_id ON public.customers USING btree (company_id, email, id);
CREATE INDEX ix_customers_company_id_first_purchase_at ON public.customers USING btree (company_id, first_purchase_at);
CREATE INDEX ix_customers_company_id_partnership_id_created_at_id ON public.customers USING btree (company_id, partnership_id, created_at, id);
CREATE INDEX ix_customers_company_id_search_id ON public.customers USING btree (company_id, search, id);
CREATE INDEX ix_customers_company_id_test_created_at ON public.customers USING btree (company_id, test, created_at);
CREATE INDEX ix_invoice_partners_partnership_id ON public.invoice_partners USING btree (partnership_id);
CREATE INDEX ix_invoices_state_charge_due_at ON public.invoices USING btree (state, charge_due_at);
CREATE INDEX ix_ledger_entries_company_id_account_currency_partnership_id_am ON public.ledger_entries USING btree (company_id, account, currency, partnership_id, amount);
CREATE INDEX ix_ledger_transfers_company_id_at_id ON public.ledger_transfers USING btree (company_id, at, id);
CREATE INDEX ix_ledger_transfers_invoice_id ON public.ledger_transfers USING btree (invoice_id);
CREATE INDEX ix_memberships_company_id ON public.memberships USING btree (company_id);
CREATE INDEX ix_memberships_partner_id ON public.memberships USING btree (partner_id);
CREATE INDEX ix_outbox_sent_at_due_at ON public.outbox USING btree (sent_at, due_at);
CREATE INDEX ix_partnerships_company_id_group_id_status_joined_at ON public.partnerships USING btree (company_id, group_id, status, joined_at);
CREATE INDEX ix_partnerships_company_id_status_joined_at_id ON public.partnerships USING btree (company_id, status, joined_at, id);
CREATE INDEX ix_partnerships_email ON public.partnerships USING btree (company_id, email, id, group_id, status, joined_at, held);
CREATE INDEX ix_partnerships_group ON public.partnerships USING btree (company_id, group_id, joined_at, id, status, held);
CREATE INDEX ix_partnerships_held ON public.partnerships USING btree (company_id, held, joined_at, id, group_id, status, signups, paid_customers, revenue, last_active_at, search, email) WHERE (held > 0);
CREATE INDEX ix_partnerships_joined ON public.partnerships USING btree (company_id, joined_at, id, group_id, status, held);
CREATE INDEX ix_partnerships_last_active ON public.partnerships USING btree (company_id, last_active_at, id, group_id, status, joined_at, held);
CREATE INDEX ix_partnerships_paid_customers ON public.partnerships USING btree (company_id, paid_customers, id, group_id, status, joined_at, held);
CREATE INDEX ix_partnerships_revenue ON public.partnerships USING btree (company_id, revenue, id, group_id, status, joined_at, held);
CREATE INDEX ix_partnerships_search ON public.partnerships USING btree (company_id, search, id, group_id, status, joined_at, held);
CREATE INDEX ix_partnerships_signups ON public.partnerships USING btree (company_id, signups, id, group_id, status, joined_at, held);
CREATE INDEX ix_partnerships_tagged ON public.partnerships USING btree (company_id, tagged, joined_at, id, group_id, status, held, signups, paid_customers, revenue, last_active_at, search, email) WHERE (tagged > 0);
CREATE INDEX ix_payouts_company_id_created_at_id ON public.payouts USING btree (company_id, created_at, id);
CREATE INDEX ix_payouts_invoice_id ON public.payouts USING btree (invoice_id);
CREATE INDEX ix_payouts_state_due_at ON public.payouts USING btree (state, due_at);
CREATE INDEX ix_receipts_company_id_rated_at_id ON public.receipts USING btree (company_id, rated_at, id);
CREATE INDEX ix_receipts_customer_id ON public.receipts USING btree (customer_id);
CREATE INDEX ix_reward_records_batch_id ON public.reward_records USING btree (batch_id);
CREATE INDEX ix_rewards_amount ON public.rewards USING btree (company_id, currency, amount, id, created_at, invoice_month, state, group_id, source);
CREATE INDEX ix_rewards_company_id_invoice_month_currency_state_partnership_ ON public.rewards USING btree (company_id, invoice_month, currency, state, partnership_id, amount, fingerprint);
CREATE INDEX ix_rewards_company_id_state_created_at_id ON public.rewards USING btree (company_id, state, created_at, id);
CREATE INDEX ix_rewards_customer_month ON public.rewards USING btree (customer_id, invoice_month, created_at, id, currency, amount, state);
CREATE INDEX ix_rewards_customer_waiting ON public.rewards USING btree (customer_id, state, created_at, id, currency, amount) WHERE ((state = 'hold'::text) OR (state = 'scheduled'::text));
CREATE INDEX ix_rewards_group ON public.rewards USING btree (company_id, group_id, invoice_month, created_at, id, currency, amount, state, source);
CREATE INDEX ix_rewards_month_amount ON public.rewards USING btree (company_id, invoice_month, currency, amount, id, created_at, state, group_id, source);
CREATE INDEX ix_rewards_month_recorded ON public.rewards USING btree (company_id, invoice_month, currency, created_at, id, amount, state);
CREATE INDEX ix_rewards_partnership_amount ON public.rewards USING btree (partnership_id, amount, id);
CREATE INDEX ix_rewards_partnership_id_created_at_id ON public.rewards USING btree (partnership_id, created_at, id);
CREATE INDEX ix_rewards_partnership_month ON public.rewards USING btree (partnership_id, invoice_month, created_at, id, currency, amount, state);
CREATE INDEX ix_rewards_partnership_waiting ON public.rewards USING btree (partnership_id, state, created_at, id, currency, amount) WHERE ((state = 'hold'::text) OR (state = 'scheduled'::text));
CREATE INDEX ix_rewards_recorded ON public.rewards USING btree (company_id, created_at, id, currency, amount);
CREATE INDEX ix_rewards_reverses ON public.rewards USING btree (reverses);
CREATE INDEX ix_rewards_source ON public.rewards USING btree (company_id, source, invoice_month, created_at, id, currency, amount, state, group_id);
CREATE INDEX ix_rewards_state_ready_at ON public.rewards USING btree (state, ready_at);
CREATE INDEX ix_rewards_transaction_id ON public.rewards USING btree (transaction_id);
CREATE INDEX ix_rewards_waiting ON public.rewards USING btree (company_id, state, created_at, id, currency, amount, group_id, source) WHERE ((state = 'hold'::text) OR (state = 'scheduled'::text));
CREATE INDEX ix_search_terms_subject_id_term ON public.search_terms USING btree (subject_id, term);
CREATE INDEX ix_sessions_expires_at ON public.sessions USING btree (expires_at);
CREATE INDEX ix_simulated_plans_company_id_kind_used_by ON public.simulated_plans USING btree (company_id, kind, used_by);
CREATE INDEX ix_transactions_company_id_occurred_at_id ON public.transactions USING btree (company_id, occurred_at, id);
CREATE INDEX ix_transactions_company_id_partnership_id_occurred_at_id ON public.transactions USING btree (company_id, partnership_id, occurred_at, id);
CREATE INDEX ix_transactions_customer_id_occurred_at ON public.transactions USING btree (customer_id, occurred_at);
CREATE INDEX ix_transactions_refund_of ON public.transactions USING btree (refund_of);
CREATE UNIQUE INDEX uq_attribution_changes_undoes ON public.attribution_changes USING btree (undoes);
CREATE UNIQUE INDEX uq_charge_attempts_idempotency_key ON public.charge_attempts USING btree (idempotency_key);
CREATE UNIQUE INDEX uq_charge_attempts_in_flight ON public.charge_attempts USING btree (in_flight);
CREATE UNIQUE INDEX uq_charge_attempts_invoice_id_number ON public.charge_attempts USING btree (invoice_id, number);
CREATE UNIQUE INDEX uq_companies_key ON public.companies USING btree (key);
CREATE UNIQUE INDEX uq_customers_company_id_customer_key ON public.customers USING btree (company_id, customer_key);
CREATE UNIQUE INDEX uq_group_spans_partnership_id_valid_from ON public.group_spans USING btree (partnership_id, valid_from);
CREATE UNIQUE INDEX uq_groups_company_id_key ON public.groups USING btree (company_id, key);
CREATE UNIQUE INDEX uq_invoices_company_id_month_currency ON public.invoices USING btree (company_id, month, currency);
CREATE UNIQUE INDEX uq_invoices_company_id_seq ON public.invoices USING btree (company_id, seq);
CREATE UNIQUE INDEX uq_ledger_transfers_company_id_kind_reference ON public.ledger_transfers USING btree (company_id, kind, reference);
CREATE UNIQUE INDEX uq_memberships_user_id_company_id ON public.memberships USING btree (user_id, company_id);
CREATE UNIQUE INDEX uq_memberships_user_id_partner_id ON public.memberships USING btree (user_id, partner_id);
CREATE UNIQUE INDEX uq_offer_versions_offer_id_number ON public.offer_versions USING btree (offer_id, number);
CREATE UNIQUE INDEX uq_offers_company_id_key ON public.offers USING btree (company_id, key);
CREATE UNIQUE INDEX uq_outbox_dedupe_key ON public.outbox USING btree (dedupe_key);
CREATE UNIQUE INDEX uq_partnerships_company_id_partner_id ON public.partnerships USING btree (company_id, partner_id);
CREATE UNIQUE INDEX uq_partnerships_company_id_partner_key ON public.partnerships USING btree (company_id, partner_key);
CREATE UNIQUE INDEX uq_payouts_idempotency_key ON public.payouts USING btree (idempotency_key);
CREATE UNIQUE INDEX uq_payouts_partnership_id_invoice_id_currency ON public.payouts USING btree (partnership_id, invoice_id, currency);
CREATE UNIQUE INDEX uq_receipts_event_id_revision ON public.receipts USING btree (event_id, revision);
CREATE UNIQUE INDEX uq_reward_records_reward_id_seq ON public.reward_records USING btree (reward_id, seq);
CREATE UNIQUE INDEX uq_reward_records_undoes ON public.reward_records USING btree (undoes);
CREATE UNIQUE INDEX uq_rewards_company_id_key ON public.rewards USING btree (company_id, key);
CREATE UNIQUE INDEX uq_sign_in_links_token_hash ON public.sign_in_links USING btree (token_hash);
CREATE UNIQUE INDEX uq_transactions_company_id_key ON public.transactions USING btree (company_id, key);
CREATE UNIQUE INDEX uq_transactions_customer_id_seq ON public.transactions USING btree (customer_id, seq);
CREATE UNIQUE INDEX uq_users_email ON public.users USING btree (email);
ALTER TABLE ONLY public.attribution_changes
    ADD CONSTRAINT fk_attribution_changes_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);
ALTER TABLE ONLY public.attributions
    ADD CONSTRAINT fk_attributions_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);
ALTER TABLE ONLY public.attributions
    ADD CONSTRAINT fk_attributions_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.charge_attempts
    ADD CONSTRAINT fk_charge_attempts_invoice_id FOREIGN KEY (invoice_id) REFERENCES public.invoices(id);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT fk_customers_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.customers
    ADD CONSTRAINT fk_customers_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.group_spans
    ADD CONSTRAINT fk_group_spans_group_id FOREIGN KEY (group_id) REFERENCES public.groups(id);
ALTER TABLE ONLY public.group_spans
    ADD CONSTRAINT fk_group_spans_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.groups
    ADD CONSTRAINT fk_groups_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.invoice_partners
    ADD CONSTRAINT fk_invoice_partners_invoice_id FOREIGN KEY (invoice_id) REFERENCES public.invoices(id);
ALTER TABLE ONLY public.invoice_partners
    ADD CONSTRAINT fk_invoice_partners_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT fk_invoices_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.ledger_entries
    ADD CONSTRAINT fk_ledger_entries_transfer_id FOREIGN KEY (transfer_id) REFERENCES public.ledger_transfers(id);
ALTER TABLE ONLY public.ledger_transfers
    ADD CONSTRAINT fk_ledger_transfers_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT fk_memberships_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT fk_memberships_partner_id FOREIGN KEY (partner_id) REFERENCES public.partners(id);
ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT fk_memberships_user_id FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.offer_versions
    ADD CONSTRAINT fk_offer_versions_offer_id FOREIGN KEY (offer_id) REFERENCES public.offers(id);
ALTER TABLE ONLY public.offers
    ADD CONSTRAINT fk_offers_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.offers
    ADD CONSTRAINT fk_offers_group_id FOREIGN KEY (group_id) REFERENCES public.groups(id);
ALTER TABLE ONLY public.partnerships
    ADD CONSTRAINT fk_partnerships_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.partnerships
    ADD CONSTRAINT fk_partnerships_group_id FOREIGN KEY (group_id) REFERENCES public.groups(id);
ALTER TABLE ONLY public.partnerships
    ADD CONSTRAINT fk_partnerships_partner_id FOREIGN KEY (partner_id) REFERENCES public.partners(id);
ALTER TABLE ONLY public.payouts
    ADD CONSTRAINT fk_payouts_invoice_id FOREIGN KEY (invoice_id) REFERENCES public.invoices(id);
ALTER TABLE ONLY public.payouts
    ADD CONSTRAINT fk_payouts_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.receipts
    ADD CONSTRAINT fk_receipts_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);
ALTER TABLE ONLY public.reward_counts
    ADD CONSTRAINT fk_reward_counts_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.reward_records
    ADD CONSTRAINT fk_reward_records_reward_id FOREIGN KEY (reward_id) REFERENCES public.rewards(id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT fk_rewards_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT fk_rewards_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT fk_rewards_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT fk_rewards_reverses FOREIGN KEY (reverses) REFERENCES public.rewards(id);
ALTER TABLE ONLY public.rewards
    ADD CONSTRAINT fk_rewards_transaction_id FOREIGN KEY (transaction_id) REFERENCES public.transactions(id);
ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT fk_sign_in_links_user_id FOREIGN KEY (user_id) REFERENCES public.users(id);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT fk_transactions_company_id FOREIGN KEY (company_id) REFERENCES public.companies(id);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT fk_transactions_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers(id);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT fk_transactions_partnership_id FOREIGN KEY (partnership_id) REFERENCES public.partnerships(id);
ALTER TABLE ONLY public.transactions
    ADD CONSTRAINT fk_transactions_refund_of FOREIGN KEY (refund_of) REFERENCES public.transactions(id);
