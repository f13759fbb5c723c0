#include "doctor/run_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

namespace qnet::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongest{2};
constexpr std::size_t kMost = std::size_t{64} * 1024;

std::optional<std::string> find_program(const std::string& name, const Environment& environment) {
  const auto path = environment("PATH").value_or("/usr/bin:/bin");
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    const auto file = std::filesystem::path(path.substr(begin, end - begin)) / name;
    if (file.is_absolute() && ::access(file.c_str(), X_OK) == 0) return file.string();
    begin = end + 1;
  }
  return std::nullopt;
}

/// Until the program's end, or the time's.
std::string read_all(int descriptor, Clock::time_point until) {
  std::string text;
  std::array<char, 4096> piece{};
  while (text.size() < kMost) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waiting{descriptor, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) <= 0) break;
    const auto count = ::read(descriptor, piece.data(), piece.size());
    if (count <= 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return text;
}

/// A program that has closed its output may go on, and one that is too slow has not.
int end_of(pid_t child, Clock::time_point until) {
  constexpr std::chrono::milliseconds kStep{5};
  int ended = 0;
  while (::waitpid(child, &ended, WNOHANG) == 0) {
    if (Clock::now() + kStep >= until) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &ended, 0);
      break;
    }
    std::this_thread::sleep_for(kStep);
  }
  return ended;
}

}  // namespace

std::optional<std::string> run_program(const std::vector<std::string>& words,
                                       const Environment& environment) {
  const auto program = find_program(words.front(), environment);
  std::array<int, 2> pipe{};
  if (!program || ::pipe2(pipe.data(), O_CLOEXEC) != 0) return std::nullopt;
  std::vector<std::string> copies(words);
  std::vector<char*> arguments;
  for (auto& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files{};
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, program->c_str(), &files, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::close(pipe[1]);
  const auto until = Clock::now() + kLongest;
  std::string text;
  if (failed == 0) text = read_all(pipe[0], until);
  ::close(pipe[0]);
  if (failed != 0) return std::nullopt;
  const int ended = end_of(child, until);
  if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) return std::nullopt;
  return text;
}

}  // namespace qnet::cli
