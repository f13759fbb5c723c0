#include "control/metrics.hpp"

#include <regex.h>

#include <array>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>

#include "control/testing/sample_status.hpp"

namespace qnet::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// A POSIX extended expression over a whole line, and its first group.
class Pattern {
 public:
  explicit Pattern(const std::string& expression) {
    if (::regcomp(&compiled_, ("^" + expression + "$").c_str(), REG_EXTENDED) != 0)
      throw std::invalid_argument(expression);
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() { ::regfree(&compiled_); }

  [[nodiscard]] std::optional<std::string> match(const std::string& line) const {
    std::array<regmatch_t, 2> groups{};
    if (::regexec(&compiled_, line.c_str(), groups.size(), groups.data(), 0) != 0) return std::nullopt;
    return line.substr(static_cast<std::size_t>(groups[1].rm_so),
                       static_cast<std::size_t>(groups[1].rm_eo - groups[1].rm_so));
  }

 private:
  regex_t compiled_{};
};

// Prometheus' text format 0.0.4: every family's HELP and TYPE once and before its samples, all samples of a
// family together, no two with the same labels. Gives the first line that breaks a rule, or nothing.
std::string first_bad_line(const std::string& page) {
  const std::string label = R"re([a-z_]+="([^"\]|\\.)*")re";
  const Pattern help("# HELP ([a-z_]+) .+");
  const Pattern gauge("# TYPE ([a-z_]+) gauge");
  const Pattern counter("# TYPE ([a-z_]+_total) counter");
  const Pattern sample("([a-z_]+)([{]" + label + "(," + label + ")*[}])? [0-9]+([.][0-9]+)?(e[-+][0-9]+)?");
  std::string helped;
  std::string typed;
  std::set<std::string> families;
  std::set<std::string> series;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    if (const auto name = help.match(line)) {
      helped = *name;
      if (!families.insert(helped).second) return line;
    } else if (const auto gauged = gauge.match(line)) {
      typed = *gauged;
      if (typed != helped || typed.ends_with("_total")) return line;
    } else if (const auto counted = counter.match(line)) {
      typed = *counted;
      if (typed != helped) return line;
    } else if (const auto sampled = sample.match(line)) {
      if (*sampled != typed || !series.insert(line.substr(0, line.rfind(' '))).second) return line;
    } else {
      return line;
    }
  }
  return page.ends_with('\n') ? "" : "the last line has no end";
}

TEST(Metrics, are_checked_by_a_check_that_finds_faults) {
  const std::string head = "# HELP a_b x\n# TYPE a_b gauge\n";
  EXPECT_EQ(first_bad_line(head + "a_b{c=\"d\"} 1\n"), "");
  EXPECT_EQ(first_bad_line(head + "a_b{c=\"d\"} 1\na_b{c=\"d\"} 2\n"), "a_b{c=\"d\"} 2");
  EXPECT_EQ(first_bad_line(head + "a_b{c=\"d\"e\"} 1\n"), "a_b{c=\"d\"e\"} 1");
  EXPECT_EQ(first_bad_line(head + "a_c 1\n"), "a_c 1");
}

TEST(Metrics, keep_the_format_in_every_mode) {
  for (const auto& status :
       {Status{}, testing::client_status(), testing::super_status(), testing::demo_status()})
    EXPECT_EQ(first_bad_line(metrics(status)), "");
}

TEST(Metrics, tell_state_and_traffic) {
  const auto page = metrics(testing::client_status());
  EXPECT_THAT(page, HasSubstr("\nqnet_info{version=\"0.1.0\",mode=\"client\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_state{state=\"connected\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_state{state=\"offline\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_bytes_total{direction=\"down\"} 5000000000\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_peer_round_trip_seconds{peer=\"relay-1\"} 0.012345\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_peer_connected{peer=\"relay-2\"} 0\n"));
}

TEST(Metrics, leave_out_what_a_mode_does_not_do) {
  const auto page = metrics(testing::client_status());
  EXPECT_THAT(page, Not(HasSubstr("\nqnet_exit_connections_open ")));
  EXPECT_THAT(page, Not(HasSubstr("\nqnet_handshakes_total{")));
  EXPECT_THAT(page, Not(HasSubstr("\nqnet_circuits_open ")));
}

TEST(Metrics, count_handshakes_and_refusals) {
  const auto page = metrics(testing::super_status());
  EXPECT_THAT(page, HasSubstr("\nqnet_handshakes_total{result=\"spliced\"} 6\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_exit_connections_open 4\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_exit_refused_total{reason=\"private address\"} 11\n"));
}

TEST(Metrics, count_circuits_by_outcome) {
  const auto page = metrics(testing::super_status());
  EXPECT_THAT(page, HasSubstr("\nqnet_circuits_open 3\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_circuits_total{result=\"created\"} 20\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_circuits_total{result=\"unreachable\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_circuit_bytes_total 7000\n"));
}

TEST(Metrics, label_the_nodes_of_the_demo) {
  EXPECT_THAT(metrics(testing::demo_status()),
              HasSubstr("\nqnet_handshakes_total{node=\"super\",result=\"accepted\"} 7\n"));
}

TEST(Metrics, count_a_directorys_relays_by_country) {
  auto status = testing::super_status();
  status.directory = Directory{3, 0, {{"SE", 2}, {"", 1}}, 3, 4, 5, 6, 7, false};
  status.registered = {{"192.0.2.9:443", true, ""}};
  const auto page = metrics(status);
  EXPECT_THAT(page, HasSubstr("\nqnet_directory_relays{country=\"SE\"} 2\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_directory_relays{country=\"unknown\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_directory_requests_total{kind=\"heartbeat\"} 4\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_directory_store_up 0\n"));
  EXPECT_THAT(page, HasSubstr("\nqnet_registered{directory=\"192.0.2.9:443\"} 1\n"));
  EXPECT_EQ(first_bad_line(page), "");
}

TEST(Metrics, escape_labels) {
  auto status = testing::client_status();
  status.peers[0].name = "a\\b\"c\nd";
  const auto page = metrics(status);
  EXPECT_THAT(page, HasSubstr(R"(qnet_peer_connected{peer="a\\b\"c\nd"} 1)"));
  EXPECT_EQ(first_bad_line(page), "");
}

TEST(Metrics, give_a_series_once_even_when_two_peers_share_a_name) {
  auto status = testing::client_status();
  status.peers[1].name = status.peers[0].name;
  EXPECT_EQ(first_bad_line(metrics(status)), "");
}

}  // namespace
}  // namespace qnet::control
