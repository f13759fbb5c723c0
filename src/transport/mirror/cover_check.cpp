#include "transport/mirror/cover_check.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/ip/asio_address.hpp"
#include "foundation/ip/network_guess.hpp"
#include "foundation/net/error.hpp"
#include "transport/calibration/error.hpp"
#include "transport/mirror/origin_study.hpp"
#include "transport/mirror/origin_tolerance.hpp"

namespace qnet::mirror {

namespace asio = boost::asio;

namespace {

net::Task<std::vector<std::string>> addresses_of(const std::string& host) {
  asio::ip::tcp::resolver resolver(co_await asio::this_coro::executor);
  const auto [error, found] = co_await resolver.async_resolve(host, "", asio::as_tuple(asio::use_awaitable));
  std::vector<std::string> addresses;
  if (!error)
    for (const auto& entry : found) addresses.push_back(entry.endpoint().address().to_string());
  std::ranges::sort(addresses);
  addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
  co_return addresses;
}

/// Why a browser on this computer would not trust the certificate.
std::optional<base::Error> distrust(const std::vector<TemplateStudy>& studies, const std::string& name) {
  const auto found = std::ranges::find_if(studies, [](const auto& one) { return one.study.has_value(); });
  if (found == studies.end()) return std::nullopt;
  const auto trust = crypto::TrustStore::system();
  if (!trust) return trust.error();
  const auto verified =
      found->study->samples.front().certificates->verify(name, std::chrono::system_clock::now(), *trust);
  if (verified) return std::nullopt;
  return verified.error();
}

bool near(const std::string& one, const std::string& other) {
  boost::system::error_code error;
  const auto first = asio::ip::make_address(one, error);
  if (error) return false;
  const auto second = asio::ip::make_address(other, error);
  return !error && ip::probably_same_network(ip::from_asio(first), ip::from_asio(second));
}

}  // namespace

net::Task<base::Result<calibration::Report>> check_cover(CoverOrigin origin, std::optional<std::string> relay,
                                                         base::RandomSource& random,
                                                         const VisitTimes& times) {
  calibration::Report report;
  report.origin = origin.host + ":" + std::to_string(origin.port);
  report.name = origin.name;
  report.now = std::chrono::system_clock::now();
  report.addresses = co_await addresses_of(origin.host);
  if (report.addresses.empty()) co_return base::fail(net::Errc::no_such_host, origin.host);
  auto studies = co_await study_all(origin, random, times);
  for (auto& [browser, study] : studies) {
    if (!study) continue;
    auto tolerance = co_await measure_tolerance(origin, *browser, study->profile, random, times);
    if (tolerance) study->profile.tolerance = *tolerance;
    // Limits are the server's, whatever the browser.
    if (!tolerance && tolerance.error().is(calibration::Errc::unlike))
      for (auto& one : studies) one.study = tl::unexpected(tolerance.error());
    break;
  }
  report.trust = distrust(studies, origin.name);
  const bool far =
      relay && std::ranges::none_of(report.addresses, [&](const auto& one) { return near(one, *relay); });
  if (far) report.other_network = *relay;
  for (auto& [browser, study] : studies) report.rows.push_back({browser->name, std::move(study)});
  co_return report;
}

}  // namespace qnet::mirror
