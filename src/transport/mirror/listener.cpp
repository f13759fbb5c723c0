#include "transport/mirror/listener.hpp"

#include <fmt/format.h>

#include "foundation/base/utc_time.hpp"
#include "transport/htx/wall_clock.hpp"

namespace qnet::mirror {

base::Result<std::unique_ptr<link::Listener>> Listener::open(net::IoPool& pool, ListenerConfig config,
                                                             base::RandomSource& random) {
  auto acceptor = net::listen(pool.first(), config.listen);
  if (!acceptor) return base::forward_error(acceptor);
  return std::unique_ptr<link::Listener>(new Listener(pool, std::move(config), std::move(*acceptor), random));
}

Listener::Listener(net::IoPool& pool, ListenerConfig config, net::tcp::acceptor acceptor,
                   base::RandomSource& random)
    : replays_(random),
      journal_(config.state_dir),
      gate_({std::move(config.noise), {}, {}}, replays_),
      context_{gate_,
               journal_,
               {config.origin.host, config.origin.port},
               random,
               std::make_shared<link::Counters>()},
      keeper_(std::make_shared<Keeper>(pool.first().get_executor(), std::move(config.origin),
                                       config.state_dir, gate_, random)),
      accepting_(std::make_shared<link::AcceptLoop>(pool, std::move(acceptor), context_.counters)) {
  journal_.restore(replays_, htx::wall_clock());
}

void Listener::start(link::ListenerHooks hooks) {
  keeper_->start(std::move(hooks.gave_up), [this, accepted = std::move(hooks.accepted)] {
    accepting_->start([this, accepted](std::size_t core, net::tcp::socket socket, CoverGate::Place place) {
      return CoverGate::serve({context_, [accepted, core](auto link) { accepted(core, std::move(link)); }},
                              std::move(socket), std::move(place));
    });
  });
}

void Listener::stop() {
  keeper_->stop();
  accepting_->stop();
}

link::ListenerFacts Listener::facts() const {
  const auto mirror = keeper_->facts();
  link::ListenerFacts facts{accepting_->address(), mirror.ready, mirror.since, {}};
  if (mirror.problem) {
    facts.problem = fmt::format("The cover origin could not be measured: {}.", mirror.problem->message());
    if (mirror.measured)
      facts.problem += fmt::format(" What was measured at {} is used.", base::utc_text(*mirror.measured));
  }
  if (context_.origin_lost)
    facts.problem = "The cover origin cannot be reached, so strangers are turned away.";
  return facts;
}

link::OpenListener listener(ListenerConfig config) { return link::open_later<Listener>(std::move(config)); }

}  // namespace qnet::mirror
