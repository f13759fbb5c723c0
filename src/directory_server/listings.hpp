// The roster as JSON: made once for all who ask within a second, and in small steps, so that a long one keeps
// nobody else waiting.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "directory/roster.hpp"
#include "net/byte_stream.hpp"

namespace qnet::directory {

struct ListingLimits {
  /// How old a listing may be.
  static constexpr std::chrono::seconds fresh{1};
  /// Relays written between two turns of the io_context: half a millisecond's work.
  static constexpr std::size_t step = 100;
};

/// Lives on one io_context. Whoever is being answered holds its listing; this forgets it after a second.
class Listings : public std::enable_shared_from_this<Listings> {
 public:
  explicit Listings(const boost::asio::any_io_executor& executor) : sweep_(executor) {}

  /// Of one country, or of all when it is empty. `roster` and this must outlive the call.
  net::Task<std::shared_ptr<const std::string>> of(const Roster& roster, std::string country);

 private:
  struct Listing {
    explicit Listing(const boost::asio::any_io_executor& executor)
        : made(executor, boost::asio::steady_timer::time_point::max()) {}
    std::shared_ptr<const std::string> text;  ///< null while it is being written
    SteadyTime finished{};
    boost::asio::steady_timer made;  ///< cancelled when there is a text
  };
  void forget_later();

  std::map<std::string, std::shared_ptr<Listing>> listings_;
  boost::asio::steady_timer sweep_;
  bool sweeping_ = false;
};

}  // namespace qnet::directory
