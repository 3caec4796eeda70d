package dev.convoy.spark.browser;

import static org.assertj.core.api.Assertions.assertThat;

import dev.convoy.spark.cluster.Await;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * The chromium of this machine, headless, as a person at a desk or with a phone has it. It can
 * reach this machine only: a page that wants more has errors on its console.
 */
public final class Chromium implements AutoCloseable {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Held, because loggers that nobody holds forget what they were told. */
  private static final Logger CHATTER = Logger.getLogger("org.openqa.selenium");

  private final ChromeDriver driver;

  /** What the page is looked at with. */
  public enum Device {
    DESKTOP(1200, 900, 1),
    PHONE(390, 844, 2);

    private final int width;
    private final int height;
    private final int ratio;

    Device(int width, int height, int ratio) {
      this.width = width;
      this.height = height;
      this.ratio = ratio;
    }
  }

  private Chromium(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts it; a machine without chromium and chromedriver skips the test, loudly. */
  public static Chromium open(Device device, boolean dark) {
    Optional<File> browser = program("chromium");
    Optional<File> control = program("chromedriver");
    if (browser.isEmpty() || control.isEmpty()) {
      String reason =
          "SKIPPED: pages are not tested, because this machine has no chromium and chromedriver"
              + " (Debian: apt-get install chromium chromium-driver)";
      System.err.println(reason);
      Assumptions.abort(reason);
    }
    CHATTER.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(browser.orElseThrow());
    options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu");
    options.addArguments("--disable-dev-shm-usage", "--hide-scrollbars", "--no-proxy-server");
    options.addArguments("--window-size=" + device.width + "," + device.height);
    options.addArguments("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1");
    options.addArguments("--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
    if (device == Device.PHONE) {
      Map<String, Object> metrics =
          Map.of("width", device.width, "height", device.height, "pixelRatio", device.ratio);
      options.setExperimentalOption("mobileEmulation", Map.of("deviceMetrics", metrics));
    }
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder().usingDriverExecutable(control.orElseThrow()).build();
    return new Chromium(new ChromeDriver(service, options));
  }

  private static Optional<File> program(String name) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .map(folder -> new File(folder, name))
        .filter(File::canExecute)
        .findFirst();
  }

  public Chromium visit(String address) {
    driver.get(address);
    return this;
  }

  /** Waits until {@code script}, an expression, is true. */
  public Chromium until(String script) {
    String guarded = "(() => { try { return !!(" + script + ") } catch (e) { return false } })()";
    Await.until(
        script,
        PATIENCE,
        () -> Boolean.TRUE.equals(ask(guarded)),
        () -> driver.getCurrentUrl() + " " + errors());
    return this;
  }

  /** What {@code script}, an expression, is in the page. */
  public Object ask(String script) {
    return driver.executeScript("return " + script);
  }

  public long number(String script) {
    return ((Number) ask(script)).longValue();
  }

  public String text(String selector) {
    return element(selector).getText();
  }

  public int count(String selector) {
    return driver.findElements(By.cssSelector(selector)).size();
  }

  public Chromium click(String selector) {
    element(selector).click();
    return this;
  }

  /** Puts the pointer into the middle of an element. */
  public Chromium hover(String selector) {
    WebElement element = element(selector);
    driver.executeScript("arguments[0].scrollIntoView({block: 'center'})", element);
    new Actions(driver).moveToElement(element).perform();
    return this;
  }

  private WebElement element(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  /** Errors and warnings on the page's console since the last look. */
  public List<String> errors() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
        .map(LogEntry::getMessage)
        .toList();
  }

  public Chromium expectNoErrors() {
    assertThat(errors()).isEmpty();
    return this;
  }

  /** Nothing hangs out of the window to the right. */
  public Chromium expectNoSidewaysScrolling() {
    assertThat(number("document.documentElement.scrollWidth"))
        .isLessThanOrEqualTo(number("document.documentElement.clientWidth"));
    return this;
  }

  /** Keeps a picture of the whole page under {@code target/screenshots}. */
  public Chromium picture(String name) throws IOException {
    Map<String, Object> shot =
        driver.executeCdpCommand(
            "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.createDirectories(SCREENSHOTS);
    Files.write(
        SCREENSHOTS.resolve(name + ".png"), Base64.getDecoder().decode((String) shot.get("data")));
    return this;
  }

  @Override
  public void close() {
    driver.quit();
  }
}
