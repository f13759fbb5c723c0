// The accepting side of a transport: strangers get its cover, peers become Links.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/net/io_pool.hpp"
#include "foundation/net/tcp.hpp"
#include "transport/link/counters.hpp"
#include "transport/link/link.hpp"

namespace qnet::link {

struct ListenerLimits {
  /// Links of the process at once (LinkPlaces). Above this limit a peer gets the cover, as a stranger does.
  /// Connections that are no links are bounded by VisitorPlaces.
  static constexpr std::size_t links = 4096;
  /// Peers' own keep-alives come sooner; web servers send none, so ours must be rare. They find peers that
  /// vanished.
  static constexpr std::chrono::seconds keep_alive = std::chrono::hours(2);
};

/// How a listener does, as facts.
struct ListenerFacts {
  net::tcp::endpoint address{};
  bool ready = true;  ///< peers are answered
  std::chrono::system_clock::time_point since =
      std::chrono::system_clock::now();  ///< when `ready` last changed
  std::string problem{};                 ///< a whole sentence for the operator; empty when all is well
};

struct ListenerHooks {
  /// On the io_context of that core, which the link belongs to.
  std::function<void(std::size_t core, std::unique_ptr<Link>)> accepted;
  /// The listener can never serve; on the first io_context. Once.
  std::function<void(base::Error)> gave_up;
};

/// Accepts on the pool's first io_context and hands each connection to the next core, where it stays.
class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  /// Once. From here on connections are accepted.
  virtual void start(ListenerHooks hooks) = 0;
  /// No new connections; links go on.
  virtual void stop() = 0;
  /// On the first io_context's thread.
  [[nodiscard]] virtual ListenerFacts facts() const = 0;
  [[nodiscard]] virtual const Counters& counters() const = 0;
};

/// One of a node's listeners, before it listens. Called once.
struct OpenListener {
  net::tcp::endpoint at;  ///< for what is said when it cannot
  std::function<base::Result<std::unique_ptr<Listener>>(net::IoPool& pool, base::RandomSource& random)> open;
};

/// By L::open(pool, config, random), as transports have it. Shared, since a std::function copies and keys do
/// not.
template <class L, class Config>
[[nodiscard]] OpenListener open_later(Config config) {
  const auto shared = std::make_shared<Config>(std::move(config));
  return {shared->listen, [shared](net::IoPool& pool, base::RandomSource& random) {
            return L::open(pool, std::move(*shared), random);
          }};
}

}  // namespace qnet::link
