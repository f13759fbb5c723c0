#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "doctor/checks.hpp"
#include "foundation/crypto/certificate.hpp"
#include "foundation/crypto/system_random.hpp"
#include "transport/mirror/cover_check.hpp"

namespace qnet::cli {

namespace {

base::Result<calibration::Report> report_of(const Settings& settings) {
  auto trust = crypto::TrustStore::from_file_or_system(settings.cover_ca.string());
  if (!trust) return base::forward_error(trust);
  const mirror::CoverOrigin origin{settings.cover_origin->host, settings.cover_origin->port,
                                   settings.cover_name,
                                   std::make_shared<const crypto::TrustStore>(std::move(*trust))};
  std::optional<std::string> relay;
  if (settings.advertise) relay = settings.advertise->host;
  crypto::SystemRandom random;
  boost::asio::io_context io;
  std::optional<base::Result<calibration::Report>> report;
  boost::asio::co_spawn(io, mirror::check_cover(origin, relay, random),
                        [&](const std::exception_ptr& thrown, base::Result<calibration::Report> result) {
                          if (thrown) std::rethrow_exception(thrown);
                          report = std::move(result);
                        });
  io.run();
  return std::move(*report);
}

/// What the first of the browsers has met.
std::string why_not(const calibration::Report& report) {
  for (const auto& row : report.rows)
    if (!row.study) return row.study.error().message();
  return "no browser's visit to it can be imitated";
}

Findings check_mirror(const Settings& settings) {
  control::WordMap words{{"site", settings.cover_origin->to_text()}};
  const auto report = report_of(settings);
  if (!report) {
    words.emplace("why", report.error().message());
    return {{"cover", Level::problem, "cover_unreachable", std::move(words)}};
  }
  Findings all;
  if (!calibration::usable(*report)) {
    auto more = words;
    more.emplace("why", why_not(*report));
    all.push_back({"cover", Level::problem, "cover_unusable", std::move(more)});
  } else if (report->trust && settings.cover_ca.empty()) {
    auto more = words;
    more.emplace("why", report->trust->message());
    all.push_back({"cover", Level::problem, "cover_untrusted", std::move(more)});
  }
  if (report->other_network) all.push_back({"cover", Level::warning, "cover_elsewhere", words});
  if (all.empty()) all.push_back({"cover", Level::ok, "cover_good", std::move(words)});
  return all;
}

void check_file(const std::filesystem::path& file, Findings& all) {
  if (!file.empty() && !std::ifstream(file))
    all.push_back({"cover", Level::problem, "cover_file_unreadable", {{"file", file.string()}}});
}

}  // namespace

/// Where the origin was not named, a running relay tells in its advice how it is.
Findings check_cover(const Facts& facts) {
  const auto& settings = facts.settings;
  if (facts.is_client()) return {};
  if (settings.cover_origin) return check_mirror(settings);
  if (settings.cover != link::Cover::site_h2)
    return facts.runs() ? Findings() : Findings{{"cover", Level::warning, "cover_not_named", {}}};
  Findings all;
  for (const auto& file : {settings.tls_cert, settings.tls_key}) check_file(file, all);
  std::error_code error;
  if (!settings.site_root.empty() && !std::filesystem::exists(settings.site_root / "index.html", error))
    all.push_back({"cover", Level::problem, "cover_no_index", {{"folder", settings.site_root.string()}}});
  if (all.empty()) all.push_back({"cover", Level::ok, "cover_site_good", {}});
  return all;
}

}  // namespace qnet::cli
