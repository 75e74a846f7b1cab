/** What one usage type costs on an ordinary weekday, in dollars, and how it moves. */
export interface Meter {
  readonly service: string
  readonly category: string
  readonly usageType: string
  readonly region: string
  readonly unit: string
  readonly description: string
  readonly price: number
  /** Dollars a day in the middle of November. */
  readonly perDay: number
  /** 1 follows the working week wholly, 0 not at all. */
  readonly weekly: number
  /** How much of it was there at the beginning of August, 0 to 1. */
  readonly start: number
  readonly noise: number
}

export const mumbai = 'ap-south-1'
const singapore = 'ap-southeast-1'

export const meters: readonly Meter[] = [
  ...meter('Amazon Elastic Container Service', 'Compute', [
    ['APS3-Fargate-vCPU-Hours:perCPU', mumbai, 'hours', 0.04257, 1.25, 0.9, 0.72, 0.03],
    ['APS3-Fargate-GB-Hours', mumbai, 'GB-hours', 0.004445, 0.31, 0.9, 0.72, 0.03],
    ['APS1-Fargate-vCPU-Hours:perCPU', singapore, 'hours', 0.05056, 0.152, 0.1, 1, 0.01],
    ['APS1-Fargate-GB-Hours', singapore, 'GB-hours', 0.00553, 0.033, 0.1, 1, 0.01],
  ]),
  ...meter('AWS Lambda', 'Compute', [
    ['APS3-Lambda-GB-Second', mumbai, 'Lambda-GB-Second', 0.0000166667, 0.046, 1, 0.6, 0.08],
    ['APS3-Request', mumbai, 'Requests', 0.0000002, 0.008, 1, 0.6, 0.08],
  ]),
  ...meter('Amazon EC2 Container Registry (ECR)', 'Compute', [
    ['APS3-TimedStorage-ByteHrs', mumbai, 'GB-Mo', 0.1, 0.021, 0, 0.6, 0.01],
  ]),
  ...meter('Amazon Relational Database Service', 'Databases', [
    ['APS3-Aurora:ServerlessV2Usage', mumbai, 'ACU-Hr', 0.2, 0.95, 0.6, 0.8, 0.04],
    ['APS3-Aurora:StorageUsage', mumbai, 'GB-Mo', 0.11, 0.074, 0, 0.55, 0.01],
    ['APS3-Aurora:StorageIOUsage', mumbai, 'IOs', 0.00000022, 0.061, 1, 0.6, 0.1],
    ['APS1-Aurora:StorageUsage', singapore, 'GB-Mo', 0.12, 0.04, 0, 0.55, 0.01],
    ['APS3-RDS:ChargedBackupUsage', mumbai, 'GB-Mo', 0.023, 0.018, 0, 0.5, 0.01],
  ]),
  ...meter('Amazon ElastiCache', 'Databases', [
    ['APS3-NodeUsage:cache.t4g.micro', mumbai, 'Hrs', 0.017, 0.408, 0, 1, 0],
  ]),
  ...meter('Amazon Simple Storage Service', 'Storage', [
    ['APS3-TimedStorage-ByteHrs', mumbai, 'GB-Mo', 0.025, 0.113, 0, 0.5, 0.01],
    ['APS3-TimedStorage-SIA-ByteHrs', mumbai, 'GB-Mo', 0.0138, 0.031, 0, 0.4, 0.01],
    ['APS3-Requests-Tier1', mumbai, 'Requests', 0.000005, 0.022, 1, 0.6, 0.1],
    ['APS3-Requests-Tier2', mumbai, 'Requests', 0.0000004, 0.011, 1, 0.6, 0.1],
    ['APS1-TimedStorage-ByteHrs', singapore, 'GB-Mo', 0.025, 0.034, 0, 0.5, 0.01],
  ]),
  ...meter('Amazon CloudFront', 'Networking', [
    ['IN-DataTransfer-Out-Bytes', 'global', 'GB', 0.109, 0.132, 1, 0.55, 0.09],
    ['IN-Requests-Tier2-HTTPS', 'global', 'Requests', 0.0000012, 0.019, 1, 0.55, 0.09],
  ]),
  ...meter('Elastic Load Balancing', 'Networking', [
    ['APS3-LoadBalancerUsage', mumbai, 'Hrs', 0.0239, 0.5736, 0, 1, 0],
    ['APS3-LCUUsage', mumbai, 'LCU-Hrs', 0.008, 0.061, 1, 0.6, 0.08],
  ]),
  ...meter('Amazon Elastic Compute Cloud', 'Networking', [
    ['APS3-NatGateway-Hours', mumbai, 'Hrs', 0.056, 0.672, 0, 1, 0],
    ['APS3-NatGateway-Bytes', mumbai, 'GB', 0.056, 0.148, 0.8, 0.7, 0.08],
    ['APS3-DataTransfer-Regional-Bytes', mumbai, 'GB', 0.01, 0.027, 0.8, 0.7, 0.08],
  ]),
  ...meter('Amazon Virtual Private Cloud', 'Networking', [
    ['APS3-PublicIPv4:InUseAddress', mumbai, 'Hrs', 0.005, 0.12, 0, 1, 0],
  ]),
  ...meter('Amazon CloudWatch', 'Management and Governance', [
    ['APS3-DataProcessing-Bytes', mumbai, 'GB', 0.67, 0.126, 0.8, 0.6, 0.07],
    ['APS3-CW:MetricMonitorUsage', mumbai, 'Metrics', 0.3, 0.061, 0, 0.9, 0.01],
    ['APS3-TimedStorage-ByteHrs', mumbai, 'GB-Mo', 0.0314, 0.009, 0, 0.4, 0.01],
  ]),
  ...meter('AWS X-Ray', 'Developer Tools', [
    ['APS3-XRay-TracesStored', mumbai, 'Traces', 0.000005, 0.017, 1, 0.6, 0.1],
  ]),
  ...meter('AWS Secrets Manager', 'Security', [
    ['APS3-AWSSecretsManager-Secrets', mumbai, 'Secrets', 0.4, 0.08, 0, 1, 0],
  ]),
  ...meter('AWS Key Management Service', 'Security', [
    ['ap-south-1-KMS-Keys', mumbai, 'Keys', 1, 0.067, 0, 1, 0],
  ]),
]

type MeterRow = readonly [string, string, string, number, number, number, number, number]

function meter(service: string, category: string, rows: readonly MeterRow[]): readonly Meter[] {
  return rows.map(([usageType, region, unit, price, perDay, weekly, start, noise]) => ({
    service,
    category,
    usageType,
    region,
    unit,
    description: `$${price} per ${unit} ${usageType} in ${region}`,
    price,
    perDay,
    weekly,
    start,
    noise,
  }))
}
