#include "network/directory_server/store_worker.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/testing/comes_true.hpp"
#include "network/directory_server/testing/failing_store.hpp"

namespace qnet::directory {
namespace {

using testing::FailingStore;

class StoreWorkerTest : public ::testing::Test {
 protected:
  StoreWorkerTest() { start(); }
  void start() {
    worker_ =
        std::make_unique<StoreWorker>(io_, std::make_unique<FailingStore>(controls_),
                                      [this](std::vector<Record> records) { changed_ += records.size(); });
  }
  void save(int count = 1) {
    for (int i = 0; i < count; ++i) boost::asio::co_spawn(io_, save_one(), boost::asio::detached);
  }
  net::Task<void> save_one() {
    Record record;
    const auto saved = co_await worker_->save(std::move(record));
    ++(saved ? saved_ : lost_);
  }
  template <class Condition>
  void run_until(Condition condition) {
    ASSERT_TRUE(net::testing::comes_true(io_, condition));
  }

  boost::asio::io_context io_;
  std::shared_ptr<FailingStore::Controls> controls_ = std::make_shared<FailingStore::Controls>();
  std::unique_ptr<StoreWorker> worker_;
  int saved_ = 0;
  int lost_ = 0;
  std::size_t changed_ = 0;
};

TEST_F(StoreWorkerTest, answers_when_the_record_is_kept) {
  save();
  run_until([&] { return saved_ == 1; });
  EXPECT_EQ(controls_->records, 1);
}

TEST_F(StoreWorkerTest, what_came_meanwhile_goes_in_one_transaction) {
  controls_->waits = true;
  save(101);
  io_.poll();
  controls_->waits = false;
  run_until([&] { return saved_ == 101; });
  EXPECT_EQ(controls_->records, 101);
  EXPECT_LE(controls_->transactions, 3);
}

TEST_F(StoreWorkerTest, what_comes_within_some_milliseconds_goes_in_one_transaction) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 60; ++i) {
    save();
    io_.poll();
    std::this_thread::sleep_for(StoreLimits::gathering / 20);
  }
  run_until([&] { return saved_ == 60; });
  // Each gathers for its time, however slow the machine is; one for each record would be 60.
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_LE(controls_->transactions, took / StoreLimits::gathering + 1);
}

TEST_F(StoreWorkerTest, a_full_transaction_does_not_wait_for_more) {
  controls_->waits = true;
  save(3 * static_cast<int>(StoreLimits::batch));
  io_.poll();
  controls_->waits = false;
  run_until([&] { return saved_ == 3 * static_cast<int>(StoreLimits::batch); });
  EXPECT_LE(controls_->transactions, 5);
}

TEST_F(StoreWorkerTest, answers_at_once_while_the_store_is_lost_and_recovers_by_itself) {
  controls_->fails = true;
  save(3);
  run_until([&] { return lost_ == 3; });
  EXPECT_FALSE(worker_->healthy());
  save();
  run_until([&] { return lost_ == 4; });
  controls_->fails = false;
  run_until([&] { return worker_->healthy(); });
  save();
  run_until([&] { return saved_ == 1; });
}

TEST_F(StoreWorkerTest, tells_what_others_have_stored) {
  {
    const std::scoped_lock lock(controls_->mutex);
    controls_->news = {Record{}, Record{}};
  }
  run_until([&] { return changed_ == 2; });
}

TEST_F(StoreWorkerTest, tells_what_others_have_stored_however_much_is_written_here) {
  for (int round = 1; round <= 2; ++round) {
    {
      const std::scoped_lock lock(controls_->mutex);
      controls_->news = {Record{}};
    }
    run_until([&] {
      worker_->save_later(Record{});
      return changed_ == static_cast<std::size_t>(round);
    });
  }
  EXPECT_GT(controls_->transactions, 1);
}

TEST_F(StoreWorkerTest, a_full_disk_is_not_taken_for_a_cured_one) {
  controls_->shared = false;
  controls_->full = true;
  save(2);
  run_until([&] { return lost_ == 2; });
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  run_until([&] {
    EXPECT_FALSE(worker_->healthy());
    return std::chrono::steady_clock::now() > end || worker_->healthy();
  });
  EXPECT_LE(controls_->attempts, 6);  // less and less often
  controls_->full = false;
  run_until([&] { return worker_->healthy(); });
  EXPECT_EQ(controls_->records, 2);  // what could not be written then is written now
}

TEST_F(StoreWorkerTest, old_rows_go_in_small_steps_until_none_is_left) {
  controls_->old_rows = static_cast<int>(RowAges::forgotten_at_once) + 1;
  worker_->forget_old();
  run_until([&] { return controls_->old_rows == 0; });
  EXPECT_EQ(controls_->forgettings, 2);
}

TEST_F(StoreWorkerTest, old_rows_of_a_store_that_nobody_shares_go_though_it_is_not_polled) {
  controls_->shared = false;
  worker_.reset();
  start();
  controls_->old_rows = 1;
  worker_->forget_old();
  run_until([&] { return controls_->old_rows == 0; });
}

TEST_F(StoreWorkerTest, writes_what_waits_before_it_ends) {
  controls_->waits = true;
  for (int i = 0; i < 10; ++i) worker_->save_later(Record{});
  controls_->waits = false;
  worker_.reset();
  EXPECT_EQ(controls_->records, 10);
}

TEST_F(StoreWorkerTest, who_waits_when_it_ends_is_answered) {
  save();
  io_.poll();
  worker_.reset();
  run_until([&] { return saved_ + lost_ == 1; });
}

TEST_F(StoreWorkerTest, who_waits_behind_a_store_that_is_lost_is_answered_when_it_ends) {
  controls_->waits = true;
  save(600);  // more than a batch
  io_.poll();
  controls_->fails = true;
  controls_->waits = false;
  worker_.reset();
  run_until([&] { return lost_ == 600; });
}

}  // namespace
}  // namespace qnet::directory
