// line: a bad network line between two network namespaces.
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "line/driver.hpp"
#include "line/options.hpp"
#include "line/tun.hpp"

namespace qnet::line {
namespace {

int fail(const base::Error& error) {
  fmt::print(stderr, "line: {}.\n", error.message());
  return EXIT_FAILURE;
}

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

void tell(std::string_view name, const Counts& counts) {
  fmt::print(
      "{}: {} packets came, {} arrived ({} bytes), {} lost, {} dropped by the queue, longest queue {:.1f} "
      "ms\n",
      name, counts.taken, counts.given, counts.given_bytes, counts.lost, counts.dropped,
      milliseconds(counts.longest_queue));
}

int run(const Options& options) {
  auto near = open_tun(options.near, options.device);
  if (!near) return fail(near.error());
  auto far = open_tun(options.far, options.device);
  if (!far) return fail(far.error());
  // Different seeds, so that the two directions do not lose the same packets.
  auto driver = Driver::make((*near)->get(), (*far)->get(), Direction(options.up, 2 * options.seed),
                             Direction(options.down, 2 * options.seed + 1));
  if (!driver) return fail(driver.error());
  fmt::print("ready\n");
  std::fflush(stdout);
  if (auto done = driver->run(); !done) return fail(done.error());
  tell("up", driver->up());
  tell("down", driver->down());
  const auto& late = driver->lateness();
  fmt::print("late: {:.1f} ms at worst, {} packets more than 5 ms; {} not written\n",
             milliseconds(late.worst), late.over_5ms, late.not_written);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace qnet::line

int main(int argc, char** argv) {
  using namespace qnet::line;
  const auto options = parse_options({argv + 1, argv + argc});
  if (!options) return fail(options.error());
  if (options->help) {
    fmt::print("{}", help_text());
    return EXIT_SUCCESS;
  }
  return run(*options);
}
