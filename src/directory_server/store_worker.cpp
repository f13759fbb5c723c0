#include "directory_server/store_worker.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::directory {

namespace asio = boost::asio;

/// One record on its way. The timer stands in for the coroutine that waits; it is touched on `io` only.
struct StoreWorker::Waiting {
  explicit Waiting(Record what) : record(std::move(what)) {}
  Record record;
  std::shared_ptr<asio::steady_timer> awaited;  // null when nobody waits
  bool answered = false;
  bool saved = false;
};

StoreWorker::StoreWorker(asio::io_context& io, std::unique_ptr<Store> store,
                         std::function<void(std::vector<Record>)> changed)
    : io_(io), store_(std::move(store)), changed_(std::move(changed)), thread_([this] { run(); }) {}

StoreWorker::~StoreWorker() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool StoreWorker::enqueue(std::shared_ptr<Waiting> waiting) {
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= StoreLimits::waiting) return false;
    queue_.push_back(std::move(waiting));
  }
  wake_.notify_one();
  return true;
}

net::Task<base::Result<void>> StoreWorker::save(Record record) {
  const auto waiting = std::make_shared<Waiting>(std::move(record));
  waiting->awaited = std::make_shared<asio::steady_timer>(io_, asio::steady_timer::time_point::max());
  if (!healthy() || !enqueue(waiting)) co_return base::fail(Errc::store_lost);
  // This may be destroyed meanwhile; `waiting` is what is shared with the thread.
  while (!waiting->answered) (void)co_await waiting->awaited->async_wait(asio::as_tuple(asio::use_awaitable));
  if (!waiting->saved) co_return base::fail(Errc::store_lost);
  co_return base::Result<void>();
}

void StoreWorker::save_later(Record record) { (void)enqueue(std::make_shared<Waiting>(std::move(record))); }

void StoreWorker::forget_before(WallTime last_seen) {
  const std::scoped_lock lock(mutex_);
  forget_before_ = last_seen;
}

void StoreWorker::run() {
  auto retry = StoreLimits::first_retry;
  auto next_poll = std::chrono::steady_clock::now() + StoreLimits::poll;
  for (;;) {
    std::vector<std::shared_ptr<Waiting>> batch;
    WallTime forget{};
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, next_poll, [&] { return stopping_ || !queue_.empty(); });
      if (stopping_ && queue_.empty()) return;
      const auto count = std::min(queue_.size(), StoreLimits::batch);
      batch.assign(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
      queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
      // A database that is gone must not keep the program from ending.
      if (stopping_ && !healthy()) return;
      forget = std::exchange(forget_before_, WallTime{});
    }
    const bool was_healthy = healthy();
    if (!batch.empty()) work_off(std::move(batch));
    if (forget != WallTime{} && healthy()) healthy_ = store_->forget_before(forget).has_value();
    if (std::chrono::steady_clock::now() >= next_poll) poll(was_healthy);
    if (healthy()) retry = StoreLimits::first_retry;
    next_poll =
        std::max(next_poll, std::chrono::steady_clock::now() + (healthy() ? StoreLimits::poll : retry));
    if (!healthy()) retry = std::min(retry * 2, StoreLimits::last_retry);
  }
}

/// What others have stored; while the database is lost, whether it is back.
void StoreWorker::poll(bool was_healthy) {
  if (!store_->shared() && was_healthy) return;
  auto changes = store_->changes();
  note_health(changes ? nullptr : &changes.error());
  if (changes && !changes->empty())
    asio::post(
        io_, [changed = changed_, records = std::move(*changes)]() mutable { changed(std::move(records)); });
}

void StoreWorker::note_health(const base::Error* error) {
  const bool good = error == nullptr;
  if (healthy_.exchange(good) == good) return;
  if (good) spdlog::info("the directory's database answers again");
  if (!good) spdlog::error("{}", error->message());
}

void StoreWorker::work_off(std::vector<std::shared_ptr<Waiting>> batch) {
  std::vector<Record> records;
  records.reserve(batch.size());
  for (const auto& waiting : batch) records.push_back(std::move(waiting->record));
  const auto done = store_->save(records);
  note_health(done ? nullptr : &done.error());
  std::erase_if(batch, [](const auto& waiting) { return waiting->awaited == nullptr; });
  if (batch.empty()) return;
  asio::post(io_, [batch = std::move(batch), saved = done.has_value()] {
    for (const auto& waiting : batch) {
      waiting->answered = true;
      waiting->saved = saved;
      waiting->awaited->cancel();
    }
  });
}

}  // namespace qnet::directory
