// The one front of the proxy's protocols: finds out which one an application speaks, and hides it.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/dialogue.hpp"

namespace qnet::proxy {

/// Feed until there is a request, connect, send reply(), send rest() into the tunnel.
class Negotiation {
 public:
  struct NeedMore {};
  struct Request {
    Destination destination;
  };
  /// Close once the bytes are sent.
  struct Refuse {};

  struct Step {
    base::Bytes send;  ///< to the application, whatever the outcome; may be empty
    std::variant<NeedMore, Request, Refuse> outcome;
  };

  /// With credentials, an application must show them; without, it may show any.
  explicit Negotiation(std::optional<Credentials> credentials) : credentials_(std::move(credentials)) {}

  /// Memory: what a protocol's limits allow before the request, and what the caller feeds behind it.
  [[nodiscard]] Step feed(base::ByteView bytes);
  /// The answer to the request; empty when there was none.
  [[nodiscard]] base::Bytes reply(peer::ConnectStatus status) const;
  /// Bytes that came behind the request: the first of the tunnel.
  [[nodiscard]] base::ByteView rest() const;

 private:
  std::optional<Credentials> credentials_;
  std::unique_ptr<Dialogue> dialogue_;  // once the first byte is known
  bool unknown_ = false;
};

}  // namespace qnet::proxy
