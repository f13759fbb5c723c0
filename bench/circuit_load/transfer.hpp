// What people do with circuits: long downloads, and short messages to and fro.
#pragma once

#include <chrono>
#include <vector>

#include "circuit_load/clients.hpp"

namespace qnet::load {

/// Bytes a second that come from an HTTP site through the circuit; 0 when it fails.
net::Task<double> download(SessionPointer circuit, std::uint16_t port, std::chrono::seconds time);

/// How long each short message takes to a site that sends them back, in ms. One begins each `pause`, or when
/// the last one is back. None where it fails.
net::Task<std::vector<double>> ping(SessionPointer circuit, std::uint16_t port, std::chrono::seconds time,
                                    std::chrono::milliseconds pause);

/// A site that sends back what comes, on this port of 127.0.0.1. Never ends.
net::Task<void> echo(std::uint16_t port);

}  // namespace qnet::load
