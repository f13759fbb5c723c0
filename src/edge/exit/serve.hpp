// `/qnet/connect/1` at an exit: reads a request, connects, answers, and joins the stream to the site.
#pragma once

#include <chrono>
#include <memory>

#include "edge/exit/connector.hpp"
#include "foundation/net/pump.hpp"

namespace qnet::exit {

struct ServiceLimits {
  /// For the request behind the protocol's name; it comes in the same packet.
  std::chrono::milliseconds request{10'000};
  /// Without a byte either way. Longer than any pause that a program makes without a sign of life of its own.
  std::chrono::milliseconds idle = std::chrono::minutes(30);
  /// A site that has vanished is noticed after this long and three probes. Linux's own two hours are longer
  /// than the idle limit.
  std::chrono::seconds keep_alive{120};
  /// For the peer to take a refusal and end the stream.
  std::chrono::milliseconds farewell{10'000};
};

/// Serves one stream to its end; the traffic is counted as it flows. A stream that breaks ends it at once,
/// also while it resolves or connects. `connector` and `traffic` must outlive it.
net::Task<void> serve(Connector& connector, std::unique_ptr<net::BreakableStream> stream,
                      net::Traffic& traffic, Holder holder = {}, ServiceLimits limits = {});

}  // namespace qnet::exit
