#include "cover_command.hpp"

#include <fmt/core.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "error.hpp"
#include "foundation/crypto/system_random.hpp"
#include "overlay/peer/address.hpp"
#include "transport/mirror/cover_check.hpp"

namespace qnet::cli {

namespace {

constexpr std::uint16_t kHttps = 443;

base::Result<mirror::CoverOrigin> origin_of(const Settings& settings) {
  if (settings.words.size() != 1)
    return base::fail(Errc::missing, "say which site to check: qnet cover check HOST[:PORT]");
  const auto& text = settings.words.front();
  auto parsed = peer::parse_host_port(text);
  if (!parsed) parsed = peer::parse_host_port(text + ":" + std::to_string(kHttps));
  if (!parsed)
    return base::fail(Errc::bad_value,
                      "\"" + text + "\" is no HOST or HOST:PORT, such as www.example.com:443");
  const auto& name = settings.cover_name.empty() ? parsed->host : settings.cover_name;
  if (!peer::is_host_name(name))
    return base::fail(Errc::missing,
                      "the site was given by its address: give its name with --cover-name NAME");
  return mirror::CoverOrigin{parsed->host, parsed->port, name};
}

}  // namespace

base::Result<void> check_cover(const Settings& settings) {
  const auto origin = origin_of(settings);
  if (!origin) return tl::unexpected(origin.error());
  std::optional<std::string> relay;
  if (settings.advertise) relay = settings.advertise->host;

  crypto::SystemRandom random;
  boost::asio::io_context io;
  std::optional<base::Result<calibration::Report>> report;
  boost::asio::co_spawn(io, mirror::check_cover(*origin, relay, random),
                        [&](const std::exception_ptr& thrown, base::Result<calibration::Report> result) {
                          if (thrown) std::rethrow_exception(thrown);
                          report = std::move(result);
                        });
  io.run();
  if (!*report) return base::forward_error(*report);
  fmt::print("{}", calibration::to_text(**report));
  if (calibration::usable(**report)) return {};
  return base::fail(Errc::bad_value, origin->to_text() + " is no cover origin for a relay");
}

}  // namespace qnet::cli
