#include "node/compose.hpp"

#include <spdlog/spdlog.h>

#include "node/circuit_keeper.hpp"
#include "node/network_status.hpp"
#include "node/rate_reporter.hpp"
#include "node/transports.hpp"
#include "overlay/measure/ask.hpp"

namespace qnet::node {

namespace {

template <class T>
using Started = base::Result<std::unique_ptr<T>>;

/// One T as a part. A T has those of a part's functions that it needs.
template <class T>
class PartOf final : public Part {
 public:
  PartOf(std::string_view name, std::function<Started<T>()> start) : name_(name), start_(std::move(start)) {}

  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] base::Result<void> start() override {
    auto made = start_();
    if (!made) return base::forward_error(made);
    it_ = std::move(*made);
    return {};
  }
  void join() override {
    if constexpr (requires(T& it) { it.join(); }) it_->join();
  }
  void fill(control::Status& status) const override {
    if constexpr (requires(const T& it) { it.fill(status); })
      it_->fill(status);
    else if constexpr (requires(const T& it) { node::fill(status, it); })
      node::fill(status, *it_);  // of a lower folder, which knows no status
  }
  void stop(const Farewell& farewell) override {
    if constexpr (requires(T& it) { it.stop(farewell); })
      it_->stop(farewell);
    else if constexpr (requires(T& it) { it.stop(); })
      it_->stop();
  }
  void finish() override {
    if constexpr (requires(T& it) { it.finish(); }) it_->finish();
  }
  /// For the parts after it. After start().
  [[nodiscard]] T& operator*() const { return *it_; }

 private:
  std::string_view name_;
  std::function<Started<T>()> start_;
  std::unique_ptr<T> it_;
};

/// The keys as a part. Others have the keeper too.
struct CircuitKeyPart {
  std::shared_ptr<CircuitKeeper> keeper;
  void stop() { keeper->stop(); }
};

/// What the parts of one node are made of. Each takes its own config out of it when it starts.
struct Plan {
  Process& process;
  NodeConfig config;
  std::shared_ptr<const session::Dialer> dialer{};
  /// It shows this relay's own key. Where circuits are served, or a directory is.
  std::shared_ptr<const session::Dialer> named_dialer{};
  std::shared_ptr<discovery::KnownRelays> known_relays{};  // where circuits are served
  const PartOf<DirectoryNode>* directory = nullptr;
  const PartOf<Relay>* relay = nullptr;
  const PartOf<discovery::Membership>* membership = nullptr;
  std::shared_ptr<CircuitKeeper> circuit_keys{};  // once that part has started

  [[nodiscard]] boost::asio::io_context& io() const { return process.pool().first(); }
};

Started<DirectoryNode> start_directory(Plan& plan) {
  auto made = DirectoryNode::start(plan.io(), std::move(*plan.config.directory), plan.named_dialer);
  if (made && plan.known_relays) (*made)->tell(plan.known_relays);
  return made;
}

Started<DirectoryApi> start_api(Plan& plan) {
  const auto at = *plan.config.directory_http;
  return DirectoryApi::start(plan.io(), at, plan.directory ? &**plan.directory : nullptr)
      .map_error([&](const base::Error& error) {
        return explain_listen_error(error, at, plan.config.flags.directory);
      });
}

Started<CircuitKeyPart> start_circuit_keys(Plan& plan) {
  auto made = CircuitKeeper::start(plan.io(), *plan.config.circuit_keys,
                                   plan.config.relay->identity.peer_id(), plan.process.random());
  if (!made) return base::forward_error(made);
  plan.circuit_keys = *made;
  return std::make_unique<CircuitKeyPart>(CircuitKeyPart{std::move(*made)});
}

/// The Noise keys of the directories that check this relay: its operators', and that in its own process.
std::vector<crypto::X25519Public> measured_by(const NodeConfig& config) {
  std::vector<crypto::X25519Public> keys;
  if (!config.membership || !config.membership->registers) return keys;
  for (const auto& invite : config.membership->operators) keys.push_back(invite.noise_key);
  if (config.directory) keys.push_back(config.relay->identity.noise.public_key);
  return keys;
}

Started<Relay> start_relay(Plan& plan) {
  auto& process = plan.process;
  auto& config = *plan.config.relay;
  if (plan.directory) config.directory = (**plan.directory).handler();
  if (plan.circuit_keys)
    config.circuits =
        CircuitConfig{[keeper = plan.circuit_keys] { return keeper->acceptable(); }, plan.known_relays,
                      plan.named_dialer, *plan.config.circuit_keys, plan.config.circuit_rate};
  config.measured_by = measured_by(plan.config);
  net::tcp::endpoint failed_at;
  auto made = Relay::start(process.pool(), std::move(config), process.random(), failed_at);
  if (!made) return tl::unexpected(explain_relay_error(made.error(), failed_at, plan.config.flags.listen));
  (*made)->accept([&process](base::Error error) { process.fail(std::move(error)); });
  return made;
}

Started<discovery::Membership> start_membership(Plan& plan) {
  if (plan.circuit_keys)
    plan.config.membership->circuit_keys = [keeper = plan.circuit_keys] { return keeper->published(); };
  plan.config.membership->known_relays = plan.known_relays;
  return std::make_unique<discovery::Membership>(
      plan.io(), std::move(*plan.config.membership), plan.dialer,
      plan.directory ? (**plan.directory).own_directory() : discovery::OwnDirectory());
}

/// Other relays' rates, as this one sees them, for its directories.
struct RateReports {
  std::shared_ptr<RateReporter> reporter;
  void stop() { reporter->stop(); }
};

net::Task<std::optional<std::uint64_t>> measure_neighbour(const RelayCircuits* circuits, peer::PeerId peer,
                                                          base::RandomSource* random) {
  const auto session = co_await circuits->reach(std::move(peer));
  if (!session) co_return std::nullopt;
  co_return co_await measure::measure(*session, measure::RunLimits::of_neighbours, *random);
}

Started<RateReports> start_rate_reports(Plan& plan) {
  auto& random = plan.process.random();
  const auto* const circuits = (**plan.relay).circuits();
  RateReporter::Hooks hooks;
  hooks.draw = [known = plan.known_relays, self = (**plan.relay).peer(), &random](std::size_t most) {
    return known->some(most, self, random);
  };
  hooks.measure = [circuits, &random](peer::PeerId peer) {
    return measure_neighbour(circuits, std::move(peer), &random);
  };
  hooks.report = [registrar = (**plan.membership).shared_registrar()](
                     std::vector<directory::RelayRate> rates) { return registrar->report(std::move(rates)); };
  auto reporter = RateReporter::start(plan.io().get_executor(), std::move(hooks), random);
  return std::make_unique<RateReports>(RateReports{std::move(reporter)});
}

Started<Client> start_client(Plan& plan) {
  const auto& config = *plan.config.client;
  return Client::start(plan.io(), config, plan.process.random()).map_error([&](const base::Error& error) {
    return error.domain() == "net" ? explain_listen_error(error, config.socks, plan.config.flags.socks)
                                   : error;
  });
}

/// What a relay's own connections to other relays look like: the commonest browser. Only those that carry
/// circuits, and a directory's checks, tell the other relay who this one is.
base::Result<void> add_relay_dialers(Plan& plan) {
  const auto& config = plan.config;
  auto& random = plan.process.random();
  std::shared_ptr<const crypto::TrustStore> trust;
  if (config.dials_sites) {
    // The authority of this peer's own cover is no reason to believe none of the other peers' covers.
    const auto& own = config.cover_authorities;
    auto made = own.empty() ? crypto::TrustStore::system() : crypto::TrustStore::system_and_file(own);
    if (!made) return base::forward_error(made);
    trust = std::make_shared<const crypto::TrustStore>(std::move(*made));
  }
  DialerConfig dialing{client_hello::builtin_templates().front(), std::move(trust)};
  plan.dialer = make_dialer(dialing, random);
  if (!plan.known_relays && !config.directory) return {};
  const auto& own = config.directory ? config.directory->identity : config.relay->identity;
  dialing.own_key = std::make_shared<const crypto::X25519KeyPair>(own.noise.clone());
  plan.named_dialer = make_dialer(dialing, random);
  return {};
}

/// The directory's paths, on the status port too: there its operator need not know another one.
void offer_directory(control::Controls& controls, const std::shared_ptr<const directory::Api>& api) {
  const auto add = [&](std::string_view method, std::string_view path) {
    controls.more.push_back(
        {method, path, [api](const http::Request& request, const http::Arguments&) -> net::Task<http::Reply> {
           co_return co_await api->answer(request);
         }});
  };
  add("POST", "/api/relay/register");
  add("GET", "/api/relays/by-country");
  add("GET", "/api/relays/prune");
}

/// What a node's parts offer, once they have started.
void offer(control::Controls& controls, const Plan& plan, const PartOf<Client>* client) {
  const auto& config = plan.config;
  if (client != nullptr) (**client).offer(controls);
  if (!config.invite.empty()) controls.invite = [link = config.invite] { return link; };
  if (plan.directory != nullptr) {
    const auto& directory = **plan.directory;
    offer_directory(controls,
                    std::make_shared<const directory::Api>(plan.io().get_executor(), directory.service(),
                                                           directory::ApiOptions{directory.token()}));
  }
  const auto rest = controls.config;
  controls.config = [rest, mode = config.helper_mode, folder = config.state_dir.string(),
                     listen = config.listen_address, operators = config.operators] {
    auto told = rest ? rest() : control::Config{};
    told.helper_mode = mode;
    told.state_dir = folder;
    if (!listen.empty()) told.listen_address = listen;
    if (operators > 0) told.operators = operators;
    return told;
  };
}

}  // namespace

control::Status Node::status() const {
  control::Status status;
  status.version = QNET_VERSION;
  status.helper_mode = helper_mode_;
  status.state = control::State::connected;
  status.limits = told_.limits;
  status.abuse_contact = told_.abuse_contact;
  status.uptime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - since_);
  status.state_since = std::chrono::system_clock::now() - status.uptime;
  fill(status);
  return status;
}

base::Result<std::unique_ptr<Node>> compose(NodeConfig wanted, Process& process) {
  const auto plan = std::make_shared<Plan>(Plan{process, std::move(wanted)});
  const auto& config = plan->config;
  auto node = std::make_unique<Node>(config.helper_mode, config.told);
  const auto add = [&]<class T>(std::string_view name, Started<T> (*start)(Plan&)) {
    return &node->add(std::make_unique<PartOf<T>>(name, [plan, start] { return start(*plan); }));
  };
  const bool circuits = config.relay && config.circuit_keys;
  const bool private_addresses = (config.directory && config.directory->private_addresses) ||
                                 (config.membership && config.membership->private_addresses);
  if (circuits) plan->known_relays = std::make_shared<discovery::KnownRelays>(private_addresses);
  if (config.directory || config.membership || circuits)
    if (auto added = add_relay_dialers(*plan); !added) return base::forward_error(added);
  if (config.directory) plan->directory = add("directory", start_directory);
  if (config.directory_http) add("directory API", start_api);
  if (circuits) add("circuit keys", start_circuit_keys);
  if (config.relay) plan->relay = add("relay", start_relay);
  // It tells others of an address: what listens there has started.
  if (config.membership) plan->membership = add("membership", start_membership);
  if (circuits && config.membership && config.membership->registers && !config.membership->operators.empty())
    add("rate reports", start_rate_reports);
  std::shared_ptr<net::LocalUsers> users;
  if (config.client || config.status) {
    auto opened = open_users(config.users);
    if (!opened) return base::forward_error(opened);
    users = std::move(*opened);
  }
  if (plan->config.client) {
    plan->config.client->users = users;
    plan->config.client->users_named = config.users.named.has_value();
  }
  const PartOf<Client>* const client = config.client ? add("client", start_client) : nullptr;
  node->offers([plan, client](control::Controls& controls) { offer(controls, *plan, client); });
  if (config.status)
    node->add(
        control_part(process, {*config.status, config.flags.status, [&node = *node] { return node.status(); },
                               [&node = *node](control::Controls& controls) { node.offer(controls); },
                               config.state_dir, config.log, users}));
  if (config.service)
    node->add(service_part(
        process, *config.service, [&node = *node] { return node.status(); },
        [&node = *node](control::Controls& controls) {
          controls.set_log_level = set_log_level;
          node.offer(controls);
        }));
  return node;
}

}  // namespace qnet::node
