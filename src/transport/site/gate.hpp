// The relay's decision on a request, before anything is answered: a peer, or a visitor of the web site.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "transport/htx/replay_cache.hpp"
#include "transport/site/handshake.hpp"
#include "transport/site/names.hpp"

namespace qnet::site {

/// What the decision needs of a request.
struct TunnelRequest {
  bool is_post = false;       ///< over HTTP/2
  bool is_websocket = false;  ///< a whole and valid upgrade over HTTP/1.1
  std::string_view target;
  std::span<const std::string_view> cookies;  ///< the values of all Cookie fields
};

class Gate {
 public:
  struct Config {
    crypto::X25519KeyPair relay_static;
    /// All zeros on an open relay.
    htx::AccessTag access_tag{};
  };
  /// Why somebody sees the web site; for counters only, nobody outside sees it.
  enum class Visit {
    ordinary,      ///< no token where one would be
    unrecognised,  ///< a token of another key, or of another TLS connection
    clock,
    replayed,
  };
  using Decision = std::variant<Visit, Responder>;

  /// `seen` is shared by all gates with the same static key and must outlive this one.
  Gate(Config config, htx::ReplayCache& seen);

  /// Safe to call from several threads.
  [[nodiscard]] Decision examine(const TunnelRequest& tunnel_request, const Binding& binding,
                                 htx::WallTime now) const;

  [[nodiscard]] const Names& names() const { return names_; }

 private:
  Config config_;
  Names names_;
  htx::ReplayCache* seen_;
};

/// The 64 bytes in the cookie of that name; nothing when there is none, or it is of another form.
[[nodiscard]] std::optional<base::Bytes> find_token(std::span<const std::string_view> cookies,
                                                    std::string_view name);

}  // namespace qnet::site
