//! Real servers on loopback ports that misbehave, and what their clients' circuits make of it.

mod grpc;
mod grpc_service;
mod http;
mod http_service;
mod outage;
mod regions;
mod support;
