#include "control/port_owner.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>

#include <fmt/format.h>

namespace qnet::control {
namespace {

namespace fs = std::filesystem;
namespace ip = boost::asio::ip;

template <class Number>
std::optional<Number> parse(std::string_view text, int base) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The kernel prints an address as 32-bit words, each a number in the machine's byte order (proc(5)).
template <class Address>
std::optional<ip::address> parse_words(std::string_view hex) {
  typename Address::bytes_type bytes{};
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    const auto word = parse<std::uint32_t>(hex.substr(at * 2, 8), 16);
    if (!word) return std::nullopt;
    std::memcpy(bytes.data() + at, &*word, sizeof *word);
  }
  return ip::address(Address(bytes));
}

std::optional<ip::tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  const auto address = colon == 8 ? parse_words<ip::address_v4>(text.substr(0, colon))
                                  : parse_words<ip::address_v6>(text.substr(0, colon));
  const auto port = parse<std::uint16_t>(text.substr(colon + 1), 16);
  if (!address || !port) return std::nullopt;
  return ip::tcp::endpoint(*address, *port);
}

bool clash(const ip::tcp::endpoint& one, const ip::tcp::endpoint& two) {
  return one.port() == two.port() &&
         (one.address() == two.address() || one.address().is_unspecified() || two.address().is_unspecified());
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return text;
}

bool holds_socket(const fs::path& process, const std::vector<std::string>& sockets) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const auto target = fs::read_symlink(entry->path(), unreadable);
    if (!unreadable && std::ranges::find(sockets, target.native()) != sockets.end()) return true;
  }
  return false;
}

std::string program_of(const fs::path& process) {
  auto name = read_text(process / "comm");
  while (!name.empty() && name.back() == '\n') name.pop_back();
  // A process chooses its own name; it must not speak to the terminal through our message.
  std::ranges::replace_if(name, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return name.empty() ? "a program" : name;
}

}  // namespace

std::vector<std::uint64_t> listening_inodes(std::string_view table, const ip::tcp::endpoint& at) {
  constexpr std::string_view kListening = "0A";  // TCP_LISTEN
  constexpr std::size_t kLocal = 1;
  constexpr std::size_t kState = 3;
  constexpr std::size_t kInode = 9;
  std::vector<std::uint64_t> inodes;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    const std::vector<std::string> columns{std::istream_iterator<std::string>(words), {}};
    if (columns.size() <= kInode || columns[kState] != kListening) continue;
    const auto local = parse_endpoint(columns[kLocal]);
    const auto inode = parse<std::uint64_t>(columns[kInode], 10);
    if (local && inode && clash(*local, at)) inodes.push_back(*inode);
  }
  return inodes;
}

std::optional<PortOwner> port_owner(const ip::tcp::endpoint& at) {
  std::vector<std::string> sockets;
  for (const auto* table : {"/proc/net/tcp", "/proc/net/tcp6"})
    for (const auto inode : listening_inodes(read_text(table), at))
      sockets.push_back(fmt::format("socket:[{}]", inode));
  if (sockets.empty()) return std::nullopt;

  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const auto process = parse<int>(entry->path().filename().native(), 10);
    if (process && holds_socket(entry->path(), sockets))
      return PortOwner{program_of(entry->path()), *process};
  }
  return std::nullopt;
}

std::string to_text(const PortOwner& owner) {
  return fmt::format("{} (pid {})", owner.program, owner.process);
}

}  // namespace qnet::control
