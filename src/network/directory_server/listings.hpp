// The roster as JSON: written once for all who ask, and in small steps, so that a long one keeps nobody else
// waiting.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/directory/roster.hpp"
#include "network/directory_server/spent_memory.hpp"

namespace qnet::directory {

struct ListingLimits {
  /// A question that finds an older listing has it written anew.
  static constexpr std::chrono::seconds fresh{1};
  /// Up to this age the old listing is the answer meanwhile.
  static constexpr std::chrono::seconds kept{5};
  /// Relays written between two turns of the io_context: two tenths of a millisecond's work.
  static constexpr std::size_t step = 25;
  /// Listings written side by side: a long one does not hold up the short ones, and each turn stays short.
  static constexpr std::size_t writers = 4;
};

/// Lives on one io_context. An answer under way holds its listing; this forgets it after ListingLimits::kept.
class Listings : public std::enable_shared_from_this<Listings> {
 public:
  /// `memory` is told of what is not needed any more; null for nobody.
  explicit Listings(const boost::asio::any_io_executor& executor,
                    std::shared_ptr<SpentMemory> memory = nullptr)
      : memory_(std::move(memory)),
        timer_(executor),
        slot_(executor, boost::asio::steady_timer::time_point::max()) {}

  /// Of one country, or of all when it is empty. Throws when it could not be written.
  net::Task<std::shared_ptr<const std::string>> of(std::shared_ptr<const Roster> roster, std::string country);

 private:
  struct Listing {
    explicit Listing(const boost::asio::any_io_executor& executor)
        : made(executor, boost::asio::steady_timer::time_point::max()) {}
    [[nodiscard]] bool is_older_than(std::chrono::seconds age) const;
    /// The earliest time at which it may be forgotten.
    [[nodiscard]] SteadyTime kept_until(SteadyTime now) const;

    std::shared_ptr<const std::string> text;  ///< null before the first
    SteadyTime finished{};
    bool being_made = false;
    boost::asio::steady_timer made;  ///< cancelled when there is a text
  };
  net::Task<void> make(std::shared_ptr<const Roster> roster, std::string country,
                       std::shared_ptr<Listing> listing);
  void forget_old();
  void let_go(const Listing& listing);
  void set_timer();

  std::map<std::string, std::shared_ptr<Listing>> listings_;
  std::shared_ptr<SpentMemory> memory_;
  boost::asio::steady_timer timer_;  // for the first listing to be forgotten
  bool timer_set_ = false;
  std::size_t writing_ = 0;
  boost::asio::steady_timer slot_;  // one waiter is let go when a writer is done
};

}  // namespace qnet::directory
