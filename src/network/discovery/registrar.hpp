// Tells directories that this relay is there: at start, every 30 seconds, and when it goes (design §5).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "network/directory/rate_report.hpp"
#include "network/directory/registration.hpp"
#include "network/discovery/exchange.hpp"
#include "network/discovery/heartbeat.hpp"
#include "overlay/session/dialer.hpp"

namespace qnet::discovery {

struct RegistrarLimits {
  /// The first so many operators are told, and the directory in this process beside them.
  static constexpr std::size_t operators = 3;
  /// A descriptor lives this long, and is signed anew after half of it.
  static constexpr std::chrono::hours descriptor{24};
};

/// Takes a signed registration to the directory in this same process.
using OwnDirectory = std::function<net::Task<directory::Answer>(base::Bytes)>;

struct RegistrarConfig {
  peer::Identity identity;
  std::vector<peer::Invite> operators;
  /// This relay's descriptor without the times; nothing while it has no reachable address.
  std::function<std::optional<directory::Descriptor>()> describe;
  OwnDirectory own_directory;  ///< null when there is none
};

/// Lives on one io_context.
class Registrar : public std::enable_shared_from_this<Registrar> {
 public:
  /// A directory that is told.
  struct Directory {
    std::string name;     ///< the operator's address, or "this peer"
    bool listed = false;  ///< the directory says that it lists this peer
    std::string problem;  ///< one sentence, when it does not
  };

  Registrar(const boost::asio::any_io_executor& executor, RegistrarConfig config,
            std::shared_ptr<const session::Dialer> dialer);
  void start();
  /// Says goodbye to every directory that knows it. Each goodbye ends by itself, within a dial and an answer,
  /// and holds `farewell` until then.
  void stop(const std::shared_ptr<const void>& farewell = nullptr);

  [[nodiscard]] std::vector<Directory> directories() const;

  /// Tells the operators that list this relay of others' rates, over the sessions of the last heartbeats.
  /// Best effort.
  net::Task<void> report(std::vector<directory::RelayRate> rates);

 private:
  struct Operator;
  net::Task<void> keep(std::shared_ptr<Operator> to);
  net::Task<Heartbeat::Next> tell(Operator& to);
  net::Task<base::Result<directory::Answer>> send(Operator& to, directory::Purpose purpose, bool whole);
  net::Task<base::Result<directory::Answer>> exchange(Operator& to, directory::Purpose purpose,
                                                      directory::Query query);
  net::Task<void> say_goodbye(std::shared_ptr<Operator> to, std::shared_ptr<const void> farewell);
  void complain(Operator& to);
  bool refresh_descriptor();
  [[nodiscard]] bool has_news(const Operator& to);

  boost::asio::any_io_executor executor_;
  RegistrarConfig config_;
  std::shared_ptr<const session::Dialer> dialer_;
  std::vector<std::shared_ptr<Operator>> operators_;
  std::optional<directory::SignedDescriptor> descriptor_;
  Sequence sequence_;
  bool stopped_ = false;
};

}  // namespace qnet::discovery
