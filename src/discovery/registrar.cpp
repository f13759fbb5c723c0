#include "discovery/registrar.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace qnet::discovery {

namespace asio = boost::asio;
using directory::Answer;
using directory::Purpose;
using directory::Query;
using directory::Status;
using std::chrono::milliseconds;

namespace {

directory::WallTime wall_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::uint64_t milliseconds_now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

/// A directory that was told a number from the far future, by whatever accident, is not followed there: every
/// other directory would have to be, too.
constexpr std::uint64_t kNumbersPerYear = 366ULL * 24 * 3600 * 1000;

}  // namespace

struct Registrar::Operator {
  Operator(const asio::any_io_executor& executor, std::optional<mesh::Invite> at, std::string called)
      : invite(std::move(at)), place{std::move(called), false, {}}, timer(executor) {}
  std::optional<mesh::Invite> invite;  // nothing for the directory in this process
  Place place;
  std::shared_ptr<session::Session> session;
  std::optional<crypto::Digest> knows;  // the descriptor that it has
  milliseconds retry = RegistrarLimits::first_retry;
  asio::steady_timer timer;
};

Registrar::Registrar(const asio::any_io_executor& executor, RegistrarConfig config,
                     std::shared_ptr<const Dialer> dialer)
    : executor_(executor), config_(std::move(config)), dialer_(std::move(dialer)) {
  if (config_.own_directory)
    operators_.push_back(std::make_shared<Operator>(executor, std::nullopt, "this peer"));
  for (const auto& invite : config_.operators) {
    const bool known = std::ranges::any_of(
        operators_, [&](const auto& one) { return one->invite && one->invite->peer == invite.peer; });
    if (known || invite.peer == config_.identity.peer_id()) continue;
    if (operators_.size() >= RegistrarLimits::operators) break;
    operators_.push_back(std::make_shared<Operator>(executor, invite, invite.address.to_text()));
  }
}

void Registrar::start() {
  for (const auto& to : operators_)
    asio::co_spawn(executor_, [self = shared_from_this(), to] { return self->keep(to); }, asio::detached);
}

void Registrar::stop() {
  if (std::exchange(stopped_, true)) return;
  for (const auto& to : operators_) {
    to->timer.cancel();
    asio::co_spawn(
        executor_, [self = shared_from_this(), to] { return self->say_goodbye(to); }, asio::detached);
  }
}

std::vector<Registrar::Place> Registrar::places() const {
  std::vector<Place> all;
  for (const auto& to : operators_) all.push_back(to->place);
  return all;
}

milliseconds Registrar::jittered(milliseconds around, milliseconds by) {
  return around - by + milliseconds(dialer_->random().below(static_cast<std::uint32_t>(2 * by.count()) + 1));
}

/// Signs anew when there is something new to say, or the old one is half way to its end. False when this
/// relay has no address now.
bool Registrar::refresh_descriptor() {
  auto now = config_.describe();
  if (!now) return false;
  if (descriptor_) {
    const auto& old = descriptor_->descriptor();
    const bool fresh = old.expires - wall_now() > RegistrarLimits::descriptor / 2 && old.issued <= wall_now();
    if (fresh && directory::says_the_same(*now, old)) return true;
  }
  now->issued = wall_now();
  now->expires = now->issued + RegistrarLimits::descriptor;
  descriptor_ = directory::SignedDescriptor::sign(*now, config_.identity);
  return true;
}

net::Task<void> Registrar::keep(std::shared_ptr<Operator> to) {
  const auto self = shared_from_this();
  while (!stopped_) {
    const auto pause = co_await tell(*to);
    if (stopped_) co_return;
    // An address that changed is told at once.
    co_await patiently(to->timer, pause, [this, &to] {
      return stopped_ || (to->place.listed && refresh_descriptor() && to->knows != descriptor_->digest());
    });
  }
}

net::Task<milliseconds> Registrar::tell(Operator& to) {
  if (!refresh_descriptor()) {
    to.place.problem = "This peer has no address that others could reach.";
    co_return RegistrarLimits::first_retry * 10;
  }
  bool whole = to.knows != descriptor_->digest();
  for (int attempt = 0;; ++attempt) {
    const auto digest = descriptor_->digest();
    const auto answer = co_await send(to, Purpose::alive, whole);
    if (!answer) co_return back_off(to, answer.error().message());
    if (answer->good()) {
      to.knows = digest;
      co_return judge(to, *answer);
    }
    to.knows.reset();
    const bool unknown = answer->status == Status::not_found && !whole;
    const bool replay = answer->status == Status::unauthorised && answer->sequence > 0 &&
                        answer->sequence < milliseconds_now() + kNumbersPerYear;
    if (replay) sequence_ = std::max(sequence_, answer->sequence);
    if (attempt > 0 || !(unknown || replay)) co_return judge(to, *answer);
    whole = true;
  }
}

milliseconds Registrar::judge(Operator& to, const Answer& answer) {
  if (answer.good()) {
    to.place.listed = true;
    to.place.problem.clear();
    to.retry = RegistrarLimits::first_retry;
    return jittered(RegistrarLimits::heartbeat, RegistrarLimits::jitter);
  }
  const auto asked = std::min<milliseconds>(answer.retry_after, RegistrarLimits::longest_retry_after);
  return std::max(asked, back_off(to, answer.error + " " + answer.hint));
}

milliseconds Registrar::back_off(Operator& to, std::string problem) {
  // One line when it begins, not one for each attempt.
  if (to.place.problem.empty())
    spdlog::warn("the directory at {} cannot be told of this peer: {}", to.place.name, problem);
  to.place.listed = false;
  to.place.problem = std::move(problem);
  const auto wait = to.retry;
  to.retry = std::min(to.retry * 2, RegistrarLimits::last_retry);
  return jittered(wait, wait / 4);
}

net::Task<base::Result<Answer>> Registrar::send(Operator& to, Purpose purpose, bool whole) {
  sequence_ = std::max(sequence_ + 1, milliseconds_now());
  directory::Registration registration{config_.identity.peer_id(), wall_now(),  sequence_, purpose,
                                       descriptor_->digest(),      std::nullopt};
  if (whole) registration.descriptor = descriptor_;
  Query query{Query::Kind::registration, registration.sign(config_.identity)};
  if (!to.invite) co_return co_await config_.own_directory(std::move(query.payload));

  if (!to.session || !to.session->alive()) {
    auto dialled = co_await dialer_->dial(address_of(*to.invite));
    if (!dialled) co_return base::forward_error(dialled);
    to.session = std::move(dialled->session);
    // Another process may answer there now.
    if (!whole && purpose == Purpose::alive) to.knows.reset();
  }
  co_return co_await ask(to.session, std::move(query));
}

net::Task<void> Registrar::say_goodbye(std::shared_ptr<Operator> to) {
  const auto self = shared_from_this();
  const bool has_a_way = !to->invite || (to->session && to->session->alive());
  if (descriptor_ && to->place.listed && has_a_way) (void)co_await send(*to, Purpose::goodbye, false);
  if (to->session) to->session->close();
}

}  // namespace qnet::discovery
