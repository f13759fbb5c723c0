// The relay's decision before it answers: a peer, or a visitor for the cover origin (design §3.1).
#pragma once

#include <variant>

#include "htx/replay_cache.hpp"
#include "htx/responder.hpp"

namespace qnet::htx {

class Gate {
 public:
  struct Config {
    crypto::X25519KeyPair relay_static;
    MirrorProfile profile;
    /// All zeros on an open relay.
    AccessTag access_tag{};
  };

  /// Why somebody is passed on to the cover origin; for counters only, nobody outside sees it.
  enum class Visit {
    not_a_hello,   ///< no TLS ClientHello, or none that a browser would send
    unrecognised,  ///< an ordinary visitor, a scanner, a peer with a wrong key
    clock,         ///< a peer's hello from outside the time window
    replayed,
  };
  struct NeedMore {};
  using Decision = std::variant<NeedMore, Visit, Responder>;

  /// `seen` is shared by all gates with the same static key and must outlive this one.
  Gate(Config config, ReplayCache& seen) : config_(std::move(config)), seen_(&seen) {}

  /// Looks at all that a stranger has sent so far. Safe to call from several threads.
  [[nodiscard]] Decision examine(base::ByteView received, WallTime now) const;

  [[nodiscard]] const MirrorProfile& profile() const { return config_.profile; }

 private:
  Config config_;
  ReplayCache* seen_;
};

}  // namespace qnet::htx
