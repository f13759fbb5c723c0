// The relay's decision before it answers: a peer, or a visitor for the cover origin (design §3.1).
#pragma once

#include <memory>
#include <mutex>
#include <variant>

#include "protocol/client_hello/hello_records.hpp"
#include "transport/htx/mirror_profiles.hpp"
#include "transport/htx/replay_cache.hpp"
#include "transport/htx/responder.hpp"

namespace qnet::htx {

class Gate {
 public:
  struct Config {
    crypto::X25519KeyPair relay_static;
    MirrorProfiles profiles;
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
  Gate(Config config, ReplayCache& seen);

  /// Looks at all that a stranger has sent so far; `records` are that stranger's, from the first call on.
  /// Safe to call from several threads.
  [[nodiscard]] Decision examine(base::ByteView received, WallTime now,
                                 client_hello::HelloRecords& records) const;
  /// The same for one call.
  [[nodiscard]] Decision examine(base::ByteView received, WallTime now) const;

  /// From any thread; for hellos from now on. Without any profile everybody is an ordinary visitor.
  void set_profiles(MirrorProfiles profiles);
  [[nodiscard]] std::shared_ptr<const MirrorProfiles> profiles() const;

 private:
  /// `behind` is what came behind a hello that was put together of several records.
  [[nodiscard]] Decision examine_record(base::ByteView received, base::ByteView behind, WallTime now) const;

  crypto::X25519KeyPair relay_static_;
  AccessTag access_tag_;
  ReplayCache* seen_;
  mutable std::mutex mutex_;  // held to copy one pointer, once for each handshake
  std::shared_ptr<const MirrorProfiles> profiles_;
};

}  // namespace qnet::htx
