#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "doctor/checks.hpp"
#include "doctor/known_relays.hpp"
#include "foundation/crypto/system_random.hpp"
#include "foundation/net/error.hpp"
#include "node/transports.hpp"
#include "protocol/client_hello/template_choice.hpp"
#include "template_names.hpp"
#include "transport/link/error.hpp"

namespace qnet::cli {

namespace {

using namespace std::chrono_literals;

/// Each dial has its own deadline below this.
constexpr auto kLongest = 30s;

/// What came of a dial; nothing of both where it took too long. It keeps no session: that ends with the
/// io_context.
struct Outcome {
  std::optional<std::chrono::microseconds> round_trip{};
  std::optional<base::Error> error{};
  std::optional<std::chrono::seconds> behind{};
};

/// The browser that `qnet run` would look like: from here it is to be one and the same.
client_hello::Template browser_of(const Settings& settings, base::RandomSource& random) {
  if (!settings.browser_template.empty())
    if (auto named = find_or_read_template(settings.browser_template)) return std::move(*named);
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  std::error_code error;
  const bool has_folder = std::filesystem::is_directory(settings.state_dir, error);
  if (settings.helper_mode == HelperMode::client && has_folder)
    return client_hello::kept_or_drawn_template(settings.state_dir, today, random);
  return client_hello::builtin_templates().front();
}

std::optional<std::chrono::seconds> behind(const std::optional<link::PeerTime>& told) {
  if (!told) return std::nullopt;
  const auto here = std::chrono::system_clock::now() - (std::chrono::steady_clock::now() - told->at);
  return told->time - std::chrono::floor<std::chrono::seconds>(here);
}

net::Task<void> dial(std::shared_ptr<const session::Dialer> dialer, link::RelayAddress relay,
                     Outcome& outcome) {
  const auto dialled = co_await dialer->dial(std::move(relay));
  if (!dialled) {
    outcome.error = dialled.error();
    co_return;
  }
  outcome.round_trip = dialled->round_trip;
  outcome.behind = behind(dialled->peer_time);
  dialled->session->close();
}

base::Result<std::vector<Outcome>> dial_all(const Facts& facts, const std::vector<KnownRelay>& relays) {
  const auto& settings = facts.settings;
  auto trust = crypto::TrustStore::from_file_or_system(settings.cover_ca.string());
  if (!trust) return base::forward_error(trust);
  crypto::SystemRandom random;
  const auto browser = browser_of(settings, random);
  const auto dialer = node::make_dialer(
      {browser, std::make_shared<const crypto::TrustStore>(std::move(*trust)), facts.is_client()}, random);
  std::vector<Outcome> outcomes(relays.size());
  boost::asio::io_context io(1);
  for (std::size_t i = 0; i < relays.size(); ++i)
    boost::asio::co_spawn(io, dial(dialer, relays[i].invite.relay_address(), outcomes[i]),
                          [](const std::exception_ptr& thrown) {
                            if (thrown) std::rethrow_exception(thrown);
                          });
  io.run_for(kLongest);
  return outcomes;
}

/// The sentence of what kept a dial from succeeding.
std::string code_of(const base::Error& error) {
  using crypto::CertificateErrc;
  if (error.is(link::Errc::not_recognised)) return "reach_not_recognised";
  if (error.is(net::Errc::refused)) return "reach_refused";
  if (error.is(net::Errc::no_such_host)) return "reach_no_name";
  for (const auto code : {CertificateErrc::untrusted, CertificateErrc::wrong_name, CertificateErrc::expired,
                          CertificateErrc::not_yet_valid})
    if (error.is(code)) return "reach_certificate";
  if (error.is(net::Errc::timed_out) || error.is(net::Errc::host_unreachable) ||
      error.is(net::Errc::network_unreachable) || error.is(link::Errc::handshake_timed_out))
    return "reach_silent";
  return "reach_failed";
}

Finding judge(const KnownRelay& relay, const Outcome& outcome, bool another_answers) {
  const bool own = relay.from == KnownRelay::From::own;
  control::WordMap words{{"address", relay.invite.address.to_text()}};
  if (outcome.round_trip) {
    words.emplace(
        "time",
        fmt::format("{:.0f} ms", std::chrono::duration<double, std::milli>(*outcome.round_trip).count()));
    return {"reach", Level::ok, own ? "reach_own" : "reach_ok", std::move(words)};
  }
  words.emplace("why", outcome.error ? outcome.error->message() : "it takes too long");
  // Many routers do not lead a machine back to itself.
  if (own) return {"reach", Level::warning, "reach_own_not", std::move(words)};
  return {"reach", another_answers ? Level::warning : Level::problem,
          outcome.error ? code_of(*outcome.error) : "reach_silent", std::move(words)};
}

/// The peers that the running QNet itself has dialled.
void add_rows(const Json& status, Findings& findings) {
  bool any = false;
  for (const auto& one : list_in(status, "peers")) {
    const auto* const row = one.if_object();
    const auto state = row == nullptr ? std::string() : text_in(*row, "state");
    any = any || state == "connected";
    if (state == "failed")
      findings.push_back({"reach",
                          Level::warning,
                          "reach_told",
                          {{"address", text_in(*row, "address")}, {"why", text_in(*row, "last_error")}}});
  }
  for (const auto& one : list_in(status, "circuits"))
    any = any || (one.is_object() && (text_in(one.get_object(), "state") == "in use" ||
                                      text_in(one.get_object(), "state") == "ready"));
  if (any) findings.push_back({"reach", Level::ok, "reach_in_use", {}});
}

}  // namespace

Reached check_reach(const Facts& facts) {
  Reached reached;
  const auto relays = relays_known(facts);
  if (facts.runs() && facts.is_client()) add_rows(*facts.status, reached.findings);
  if (relays.empty()) {
    if (reached.findings.empty() && facts.is_client())
      reached.findings.push_back({"reach", Level::warning, "reach_nobody", {}});
    return reached;
  }
  const auto outcomes = dial_all(facts, relays);
  if (!outcomes) {
    reached.findings.push_back(
        {"reach", Level::problem, "reach_no_authorities", {{"why", outcomes.error().message()}}});
    return reached;
  }
  const bool in_use =
      std::ranges::any_of(reached.findings, [](const Finding& one) { return one.level == Level::ok; });
  const bool any =
      std::ranges::any_of(*outcomes, [](const Outcome& one) { return one.round_trip.has_value(); });
  for (std::size_t i = 0; i < relays.size(); ++i) {
    const auto& outcome = (*outcomes)[i];
    reached.findings.push_back(judge(relays[i], outcome, any || in_use));
    if (outcome.behind &&
        (!reached.behind_peer || std::chrono::abs(*outcome.behind) < std::chrono::abs(*reached.behind_peer)))
      reached.behind_peer = outcome.behind;
  }
  return reached;
}

}  // namespace qnet::cli
