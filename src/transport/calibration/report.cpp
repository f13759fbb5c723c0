#include "transport/calibration/report.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "protocol/client_hello/tls_format.hpp"
#include "transport/calibration/error.hpp"

namespace qnet::calibration {

namespace {

constexpr auto kSoon = std::chrono::hours(24 * 14);
constexpr auto kSlow = std::chrono::milliseconds(20);

const Study* first_study(const Report& report) {
  for (const auto& row : report.rows)
    if (row.study) return &*row.study;
  return nullptr;
}

std::string size_range(const htx::FlightRecord& record) {
  const auto [low, high] = std::ranges::minmax(record.lengths);
  return low == high ? std::to_string(low) : fmt::format("{}-{}", low, high);
}

std::string flight_text(const htx::MirrorProfile& profile) {
  std::string text;
  for (const auto& record : profile.flight)
    text += fmt::format("{}{}", text.empty() ? "" : record.starts_write ? " | " : " ", size_range(record));
  if (!profile.before_finished.empty())
    text += fmt::format(", unasked {}", fmt::join(profile.before_finished, " "));
  return fmt::format(
      "{}; then {}", text,
      profile.after_finished.empty() ? "nothing" : fmt::format("{}", fmt::join(profile.after_finished, " ")));
}

std::string_view group_name(std::uint16_t group) {
  return group == client_hello::kX25519MlKem768 ? "X25519MLKEM768" : "X25519";
}

std::string_view ending_name(Ending ending) {
  switch (ending) {
    case Ending::fin: return "FIN";
    case Ending::reset: return "RST";
    case Ending::open: return "silence";
  }
  return "?";
}

std::chrono::microseconds typical(const Study& study, std::chrono::microseconds Sample::* time) {
  std::vector<std::chrono::microseconds> times;
  for (const auto& sample : study.samples) times.push_back(sample.*time);
  std::ranges::sort(times);
  return times[times.size() / 2];
}

/// A slow server may for once not have ended in time.
Ending usual_ending(const Study& study) {
  return std::ranges::max_element(study.samples, {},
                                  [&](const Sample& one) {
                                    return std::ranges::count(study.samples, one.ending, &Sample::ending);
                                  })
      ->ending;
}

double milliseconds(std::chrono::microseconds time) { return static_cast<double>(time.count()) / 1000.0; }

std::string browser_lines(const Report& report) {
  std::string text;
  for (const auto& row : report.rows) {
    if (!row.study) {
      text += fmt::format("  {:<22} cannot be mirrored: {}\n", row.browser, row.study.error().message());
      continue;
    }
    const auto& [samples, corrupted, alerted, profile] = *row.study;
    text += fmt::format("  {:<22} suite {:04x}, {}, {}; flight {}\n", row.browser, profile.cipher_suite,
                        group_name(profile.group),
                        samples.front().flight.alpn.empty() ? "no ALPN" : samples.front().flight.alpn,
                        flight_text(profile));
  }
  return text;
}

std::string facts(const Report& report, const Study& study) {
  const auto& sample = study.samples.front();
  const auto& certificate = *sample.certificates;
  std::string text = fmt::format("  {:<22} until {:%F}, from {}{}{}\n", "certificate",
                                 fmt::gmtime(std::time_t{certificate.not_after().time_since_epoch().count()}),
                                 certificate.issuer(), sample.flight.stapled ? ", with OCSP stapling" : "",
                                 sample.flight.compressed_certificate ? ", compressed" : "");
  if (report.trust) text += fmt::format("  {:<22} {}\n", "", report.trust->message());
  text += fmt::format("  {:<22} connected in {:.1f} ms, answered in {:.1f} ms\n", "latency",
                      milliseconds(typical(study, &Sample::connected_after)),
                      milliseconds(typical(study, &Sample::answered_after)));
  text += fmt::format("  {:<22} a wrong Finished gets {}, then {}; a good-bye gets {}\n", "closing",
                      study.corrupted.records.empty()
                          ? "nothing"
                          : fmt::format("{}", fmt::join(study.corrupted.records, " ")),
                      ending_name(study.corrupted.ending), ending_name(usual_ending(study)));
  return text;
}

std::vector<std::string> warnings(const Report& report, const Study& study) {
  std::vector<std::string> all;
  const auto& sample = study.samples.front();
  if (report.other_network)
    all.push_back(
        fmt::format("It is in another network than the relay at {}: who compares the server name with the "
                    "address it is used at sees that they do not belong together.",
                    *report.other_network));
  if (report.trust) all.emplace_back("Browsers would warn of its certificate, so few people visit it.");
  if (sample.flight.alpn != "h2")
    all.emplace_back(
        "It does not speak HTTP/2: a browser's first request there has another length than QNet's.");
  if (study.profile.group != client_hello::kX25519MlKem768)
    all.emplace_back(
        "It does not choose X25519MLKEM768, so sessions have no post-quantum secrecy (decision 0003).");
  if (typical(study, &Sample::connected_after) > kSlow)
    all.emplace_back(
        "It is far from here: every connection to the relay is answered as late as the origin answers.");
  if (sample.certificates->not_after() - std::chrono::floor<std::chrono::seconds>(report.now) < kSoon)
    all.emplace_back("Its certificate ends soon; the relay refuses an origin whose certificate has expired.");
  for (const auto& row : report.rows)
    if (!row.study) {
      all.push_back(fmt::format("Peers that look like {} get another browser's answer.", row.browser));
      break;
    }
  return all;
}

std::string verdict_on(const base::Error& error) {
  if (unsuitable(error)) return fmt::format("\nUNSUITABLE: {}. Choose another site.\n", error.message());
  return fmt::format("\nNOT REACHED: {}. Check the address, and try again.\n", error.message());
}

}  // namespace

bool usable(const Report& report) { return first_study(report) != nullptr; }

std::string to_text(const Report& report) {
  auto text = fmt::format("{} as {} ({})\n\n{}", report.origin, report.name,
                          fmt::join(report.addresses, ", "), browser_lines(report));
  const auto* const study = first_study(report);
  if (study == nullptr) return text + verdict_on(report.rows.front().study.error());
  text += facts(report, *study) + "\n";
  const auto remarks = warnings(report, *study);
  for (const auto& remark : remarks) text += fmt::format("WARNING: {}\n", remark);
  return text + (remarks.empty() ? "GOOD: a relay can mirror it.\n"
                                 : "USABLE: a relay can mirror it; mind the above.\n");
}

}  // namespace qnet::calibration
