package dev.vortexconfig.check;

import java.util.Arrays;
import java.util.TreeSet;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/** Prints what the application sees of every key that the configuration server gave it. */
@SpringBootApplication
public class SpringClient {

  public static void main(String[] arguments) {
    SpringApplication.run(SpringClient.class, arguments);
  }

  @Bean
  CommandLineRunner print(ConfigurableEnvironment environment) {
    return arguments -> {
      var keys = new TreeSet<String>();
      for (var source : environment.getPropertySources()) {
        if (source.getName().startsWith("configserver:")
            && source instanceof EnumerablePropertySource<?> given) {
          keys.addAll(Arrays.asList(given.getPropertyNames()));
        }
      }
      for (var key : keys) {
        System.out.println("given " + key + "=" + environment.getProperty(key));
      }
    };
  }
}
