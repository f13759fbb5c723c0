// Tells directories that this relay is there: at start, every 30 seconds, and when it goes (design §5).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "directory/registration.hpp"
#include "discovery/dialer.hpp"
#include "discovery/exchange.hpp"
#include "discovery/patience.hpp"

namespace qnet::discovery {

struct RegistrarLimits {
  /// Of the operators given, the first so many are told.
  static constexpr std::size_t operators = 3;
  static constexpr std::chrono::milliseconds heartbeat{30'000};
  /// Added or taken, so that relays that start together do not stay together.
  static constexpr std::chrono::milliseconds jitter{5'000};
  static constexpr std::chrono::milliseconds first_retry{1'000};
  static constexpr std::chrono::milliseconds last_retry{60'000};
  static constexpr std::chrono::seconds longest_retry_after{300};
  /// A descriptor lives this long, and is signed anew after half of it.
  static constexpr std::chrono::hours descriptor{24};
};

struct RegistrarConfig {
  mesh::Identity identity;
  std::vector<mesh::Invite> operators;
  /// What this relay is now, but for the times; nothing while it has no address to be reached at.
  std::function<std::optional<directory::Descriptor>()> describe;
  /// A directory in this same process; null when there is none.
  std::function<net::Task<directory::Answer>(base::Bytes)> own_directory;
};

/// Lives on one io_context.
class Registrar : public std::enable_shared_from_this<Registrar> {
 public:
  struct Place {
    std::string name;     ///< the operator's address, or "this machine"
    bool listed = false;  ///< the last answer was good
    std::string problem;  ///< one sentence, when it was not
  };

  Registrar(const boost::asio::any_io_executor& executor, RegistrarConfig config,
            std::shared_ptr<const Dialer> dialer);
  void start();
  /// Says goodbye to every directory that it has a way to.
  void stop();

  [[nodiscard]] std::vector<Place> places() const;

 private:
  struct Operator;
  net::Task<void> keep(std::shared_ptr<Operator> to);
  net::Task<std::chrono::milliseconds> tell(Operator& to);
  net::Task<base::Result<directory::Answer>> send(Operator& to, directory::Purpose purpose, bool whole);
  net::Task<void> say_goodbye(std::shared_ptr<Operator> to);
  [[nodiscard]] std::chrono::milliseconds judge(Operator& to, const directory::Answer& answer);
  [[nodiscard]] std::chrono::milliseconds back_off(Operator& to, std::string problem);
  bool refresh_descriptor();
  [[nodiscard]] std::chrono::milliseconds jittered(std::chrono::milliseconds around,
                                                   std::chrono::milliseconds by);

  boost::asio::any_io_executor executor_;
  RegistrarConfig config_;
  std::shared_ptr<const Dialer> dialer_;
  std::vector<std::shared_ptr<Operator>> operators_;
  std::optional<directory::SignedDescriptor> descriptor_;
  std::uint64_t sequence_ = 0;
  bool stopped_ = false;
};

}  // namespace qnet::discovery
