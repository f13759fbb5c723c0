#include "protocol/dns/resolver.hpp"

#include <optional>
#include <unordered_map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "protocol/dns/cache.hpp"

namespace qnet::dns {

namespace asio = boost::asio;

namespace {

using Addresses = std::vector<ip::IpAddress>;
using Clock = std::chrono::steady_clock;

// A lookup under way and those who wait for it: the timer never expires, cancelling it wakes them all.
struct Query {
  explicit Query(const asio::any_io_executor& executor) : done(executor, Clock::time_point::max()) {}

  void finish(base::Result<Addresses> outcome) {
    result = std::move(outcome);
    done.cancel();
  }

  asio::steady_timer done;
  std::shared_ptr<Lookup> lookup;
  std::optional<base::Result<Addresses>> result;
  std::size_t waiting = 0;
};

}  // namespace

struct Resolver::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& where, ResolverOptions with)
      : executor(where), options(std::move(with)), cache(options.cache_entries) {}

  static net::Task<base::Result<Addresses>> resolve(std::shared_ptr<State> state, std::string name);
  std::shared_ptr<Query> query_for(const std::string& name);
  void take_answer(const std::string& name, base::Result<Answer> answer);
  void leave(const std::string& name, Query& query);
  void close();

  asio::any_io_executor executor;
  ResolverOptions options;
  Cache cache;
  std::unordered_map<std::string, std::shared_ptr<Query>> queries;
  bool closed = false;
};

net::Task<base::Result<Addresses>> Resolver::State::resolve(std::shared_ptr<State> state, std::string name) {
  if (const auto* known = state->cache.find(name, Clock::now())) co_return *known;
  const auto query = state->query_for(name);
  if (!query) co_return base::fail(state->closed ? Errc::cancelled : Errc::limit_reached);

  // Also left when this coroutine is destroyed while it waits.
  struct Waiting {
    Waiting(State& s, const std::string& n, Query& q) : owner(s), asked(n), joined(q) { ++joined.waiting; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { owner.leave(asked, joined); }
    State& owner;
    const std::string& asked;
    Query& joined;
  };
  const Waiting waiting(*state, name, *query);
  (void)co_await query->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!query->result) co_return base::fail(Errc::cancelled);
  co_return *query->result;
}

std::shared_ptr<Query> Resolver::State::query_for(const std::string& name) {
  if (closed) return nullptr;
  if (const auto found = queries.find(name); found != queries.end()) return found->second;
  if (queries.size() >= options.max_lookups) return nullptr;
  auto query = std::make_shared<Query>(executor);
  query->lookup = Lookup::start(executor, name, options.name_servers, options.from, options.timing,
                                [weak = weak_from_this(), name](base::Result<Answer> answer) {
                                  if (const auto self = weak.lock())
                                    self->take_answer(name, std::move(answer));
                                });
  queries.emplace(name, query);
  return query;
}

void Resolver::State::take_answer(const std::string& name, base::Result<Answer> answer) {
  const auto found = queries.extract(name);
  if (found.empty()) return;
  if (!answer) return found.mapped()->finish(base::forward_error(answer));
  cache.put(name, answer->addresses, answer->ttl, Clock::now());
  found.mapped()->finish(std::move(answer->addresses));
}

void Resolver::State::leave(const std::string& name, Query& query) {
  if (--query.waiting > 0 || query.result) return;
  query.lookup->cancel();
  queries.erase(name);
}

void Resolver::State::close() {
  closed = true;
  for (auto& [name, query] : std::exchange(queries, {})) {
    query->lookup->cancel();
    query->finish(base::fail(Errc::cancelled));
  }
}

Resolver::Resolver(const asio::any_io_executor& executor, ResolverOptions options)
    : state_(std::make_shared<State>(executor, std::move(options))) {}

Resolver::~Resolver() { state_->close(); }

net::Task<base::Result<Addresses>> Resolver::resolve(std::string name) {
  return State::resolve(state_, std::move(name));
}

std::size_t Resolver::lookups_running() const { return state_->queries.size(); }

}  // namespace qnet::dns
