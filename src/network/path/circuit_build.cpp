#include "network/path/circuit_build.hpp"

#include <utility>

#include "foundation/net/deadline.hpp"
#include "network/path/error.hpp"
#include "overlay/circuit/circuit_link.hpp"

namespace qnet::path {

net::Task<base::Result<void>> CircuitBuild::run(const std::shared_ptr<session::Session>& guard,
                                                const std::vector<circuit::Hop>& hops, circuit::WallTime now,
                                                std::chrono::milliseconds time_out,
                                                base::RandomSource& random) {
  const auto self = shared_from_this();
  if (given_up_) co_return base::fail(Errc::stopped);
  circuit::Beginning beginning{
      .open = circuit::open_over(guard),
      .hops = hops,
      .now = now,
      .random = random,
      .early = early_request_.has_value(),
      .progress =
          [weak = weak_from_this()](std::size_t established) {
            if (const auto told = weak.lock()) told->established_ = established;
          },
      .outcome =
          [weak = weak_from_this()](base::Result<void> result, std::size_t established) {
            const auto told = weak.lock();
            if (!told) return;
            told->outcome_ = std::move(result);
            told->established_ = established;
            told->over_.notify();
          }};
  auto link = std::make_unique<circuit::CircuitLink>(guard->executor(), std::move(beginning), link::Facts{});
  link_ = link.get();
  session_ = session::Session::start(std::move(link), mux::Role::initiator, {});
  if (early_request_) {
    auto stream = session_->open(early_request_->protocol, early_request_->first);
    early_request_.reset();  // a destination is kept no longer than it is needed
    if (!stream) {
      session_->close();
      co_return base::forward_error(stream);
    }
    early_ = std::move(*stream);
  }
  const net::Deadline limit(guard->executor(), time_out, [this] {
    timed_out_ = true;
    link_->close();  // which tells the outcome
  });
  while (!outcome_) co_await over_.wait();
  co_return *outcome_;
}

void CircuitBuild::give_up() {
  given_up_ = true;
  if (!session_) return;
  if (outcome_ && *outcome_)
    session_->close();
  else
    link_->close();
}

}  // namespace qnet::path
