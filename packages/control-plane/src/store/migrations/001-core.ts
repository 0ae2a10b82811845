import type { Migration } from './index.ts'

/** The first layout: workspaces, the revision log, the fleet, and the entities of the first release. */
export const core: Migration = {
  name: '001-core',
  tables: [
    'workspaces',
    'config_head',
    'revisions',
    'changes',
    'clustering_data_planes',
    'certificates',
    'ca_certificates',
    'snis',
    'services',
    'consumers',
    'routes',
    'upstreams',
    'targets',
    'plugins',
    'keyauth_credentials',
  ],
  up: `
create table workspaces (
  id uuid primary key,
  name text not null unique
);
insert into workspaces (id, name) values ('00000000-0000-4000-8000-000000000000', 'default');

-- One row: the life of the database, its last revision, and the sum of all rows' hashes.
create table config_head (
  only_row boolean primary key default true check (only_row),
  history uuid not null,
  revision bigint not null,
  digest numeric(39) not null
);
insert into config_head (history, revision, digest) values (gen_random_uuid(), 0, 0);

create table revisions (
  revision bigint primary key,
  digest numeric(39) not null,
  created_at timestamptz not null default now()
);
create index revisions_created_at_idx on revisions (created_at);

-- \`row\` is json, not jsonb: kept as it was written, and never searched.
create table changes (
  revision bigint not null,
  seq integer not null,
  op text not null check (op in ('put', 'delete')),
  entity text not null,
  id uuid not null,
  row json,
  primary key (revision, seq)
);

create table clustering_data_planes (
  id text primary key,
  last_seen bigint not null,
  record json not null
);
create index clustering_data_planes_last_seen_idx on clustering_data_planes (last_seen);

create table certificates (
  id uuid primary key,
  "created_at" bigint,
  "updated_at" bigint,
  "cert" text not null,
  "key" text not null,
  "cert_alt" text,
  "key_alt" text,
  "tags" jsonb,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint certificates_ws_id_fkey references workspaces (id)
);
create index certificates_tags_idx on certificates using gin (tags);

create table ca_certificates (
  id uuid primary key,
  "created_at" bigint,
  "updated_at" bigint,
  "cert" text not null,
  "cert_digest" text,
  "tags" jsonb,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint ca_certificates_ws_id_fkey references workspaces (id),
  constraint ca_certificates_cert_digest_key unique ("ws_id", "cert_digest")
);
create index ca_certificates_tags_idx on ca_certificates using gin (tags);

create table snis (
  id uuid primary key,
  "name" text not null,
  "created_at" bigint,
  "updated_at" bigint,
  "tags" jsonb,
  "certificate_id" uuid not null,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint snis_ws_id_fkey references workspaces (id),
  constraint snis_certificate_id_fkey foreign key (certificate_id) references certificates (id),
  constraint snis_name_key unique ("name")
);
create index snis_certificate_id_idx on snis (certificate_id, id);
create index snis_tags_idx on snis using gin (tags);

create table services (
  id uuid primary key,
  "created_at" bigint,
  "updated_at" bigint,
  "name" text,
  "retries" bigint,
  "protocol" text not null,
  "host" text not null,
  "port" bigint not null,
  "path" text,
  "connect_timeout" bigint,
  "write_timeout" bigint,
  "read_timeout" bigint,
  "tags" jsonb,
  "client_certificate_id" uuid,
  "tls_verify" boolean,
  "tls_verify_depth" bigint,
  "ca_certificates" jsonb,
  "enabled" boolean not null,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint services_ws_id_fkey references workspaces (id),
  constraint services_client_certificate_id_fkey foreign key (client_certificate_id) references certificates (id),
  constraint services_name_key unique ("ws_id", "name")
);
create index services_client_certificate_id_idx on services (client_certificate_id, id);
create index services_tags_idx on services using gin (tags);

create table consumers (
  id uuid primary key,
  "created_at" bigint,
  "updated_at" bigint,
  "username" text,
  "custom_id" text,
  "tags" jsonb,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint consumers_ws_id_fkey references workspaces (id),
  constraint consumers_username_key unique ("ws_id", "username"),
  constraint consumers_custom_id_key unique ("ws_id", "custom_id")
);
create index consumers_tags_idx on consumers using gin (tags);

create table routes (
  id uuid primary key,
  "created_at" bigint,
  "updated_at" bigint,
  "name" text,
  "protocols" jsonb not null,
  "https_redirect_status_code" bigint not null,
  "strip_path" boolean not null,
  "preserve_host" boolean not null,
  "request_buffering" boolean not null,
  "response_buffering" boolean not null,
  "tags" jsonb,
  "service_id" uuid,
  "snis" jsonb,
  "sources" jsonb,
  "destinations" jsonb,
  "methods" jsonb,
  "hosts" jsonb,
  "paths" jsonb,
  "headers" jsonb,
  "regex_priority" bigint,
  "path_handling" text,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint routes_ws_id_fkey references workspaces (id),
  constraint routes_service_id_fkey foreign key (service_id) references services (id),
  constraint routes_name_key unique ("ws_id", "name")
);
create index routes_service_id_idx on routes (service_id, id);
create index routes_tags_idx on routes using gin (tags);

create table upstreams (
  id uuid primary key,
  "created_at" bigint,
  "name" text not null,
  "updated_at" bigint,
  "algorithm" text,
  "hash_on" text,
  "hash_fallback" text,
  "hash_on_header" text,
  "hash_fallback_header" text,
  "hash_on_cookie" text,
  "hash_on_cookie_path" text,
  "hash_on_query_arg" text,
  "hash_fallback_query_arg" text,
  "hash_on_uri_capture" text,
  "hash_fallback_uri_capture" text,
  "slots" bigint,
  "healthchecks" jsonb not null,
  "tags" jsonb,
  "host_header" text,
  "client_certificate_id" uuid,
  "use_srv_name" boolean,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint upstreams_ws_id_fkey references workspaces (id),
  constraint upstreams_client_certificate_id_fkey foreign key (client_certificate_id) references certificates (id),
  constraint upstreams_name_key unique ("ws_id", "name")
);
create index upstreams_client_certificate_id_idx on upstreams (client_certificate_id, id);
create index upstreams_tags_idx on upstreams using gin (tags);

create table targets (
  id uuid primary key,
  "created_at" double precision,
  "updated_at" double precision,
  "upstream_id" uuid not null,
  "target" text not null,
  "weight" bigint,
  "tags" jsonb,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint targets_ws_id_fkey references workspaces (id),
  constraint targets_upstream_id_fkey foreign key (upstream_id) references upstreams (id),
  constraint targets_cache_key unique nulls not distinct ("ws_id", "upstream_id", "target")
);
create index targets_upstream_id_idx on targets (upstream_id, id);
create index targets_tags_idx on targets using gin (tags);

create table plugins (
  id uuid primary key,
  "name" text not null,
  "instance_name" text,
  "created_at" bigint,
  "updated_at" bigint,
  "route_id" uuid,
  "service_id" uuid,
  "consumer_id" uuid,
  "config" jsonb,
  "protocols" jsonb not null,
  "enabled" boolean not null,
  "tags" jsonb,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint plugins_ws_id_fkey references workspaces (id),
  constraint plugins_route_id_fkey foreign key (route_id) references routes (id),
  constraint plugins_service_id_fkey foreign key (service_id) references services (id),
  constraint plugins_consumer_id_fkey foreign key (consumer_id) references consumers (id),
  constraint plugins_instance_name_key unique ("ws_id", "instance_name"),
  constraint plugins_cache_key unique nulls not distinct ("ws_id", "name", "route_id", "service_id", "consumer_id")
);
create index plugins_route_id_idx on plugins (route_id, id);
create index plugins_service_id_idx on plugins (service_id, id);
create index plugins_consumer_id_idx on plugins (consumer_id, id);
create index plugins_tags_idx on plugins using gin (tags);

create table keyauth_credentials (
  id uuid primary key,
  "created_at" bigint,
  "consumer_id" uuid not null,
  "key" text,
  "tags" jsonb,
  "expires_at" bigint,
  ws_id uuid not null default '00000000-0000-4000-8000-000000000000' constraint keyauth_credentials_ws_id_fkey references workspaces (id),
  constraint keyauth_credentials_consumer_id_fkey foreign key (consumer_id) references consumers (id),
  constraint keyauth_credentials_key_key unique ("ws_id", "key")
);
create index keyauth_credentials_consumer_id_idx on keyauth_credentials (consumer_id, id);
create index keyauth_credentials_tags_idx on keyauth_credentials using gin (tags);
create index keyauth_credentials_expires_at_idx on keyauth_credentials (expires_at) where expires_at is not null;
`,
}
