# Network adapters, addresses and listening ports.

function Get-NetAdapter {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name = '*', [int]$InterfaceIndex, [switch]$Physical)
    foreach ($adapter in (Read-DoubleState)['adapters']) {
        if ($adapter['name'] -like $Name) {
            [pscustomobject]@{ Name = $adapter['name']; InterfaceAlias = $adapter['name']; InterfaceIndex = $adapter['index']; ifIndex = $adapter['index']; Status = 'Up' }
        }
    }
}

function Get-NetAdapterBinding {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name = '*', [string]$ComponentID = '*', [switch]$AllBindings)
    foreach ($adapter in (Read-DoubleState)['adapters']) {
        foreach ($component in $adapter['bindings'].Keys) {
            if ($adapter['name'] -like $Name -and $component -like $ComponentID) {
                [pscustomobject]@{ Name = $adapter['name']; InterfaceAlias = $adapter['name']; ComponentID = $component; Enabled = [bool]$adapter['bindings'][$component] }
            }
        }
    }
}

function Enable-NetAdapterBinding {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [string]$ComponentID, [switch]$PassThru)
    Add-DoubleCall -Command 'Enable-NetAdapterBinding' -Parameter $PSBoundParameters
    Edit-DoubleState -Body {
        param($state)
        foreach ($adapter in $state['adapters']) {
            if ($adapter['name'] -like $Name) {
                $adapter['bindings'][$ComponentID] = $true
            }
        }
    }
}

function Get-NetIPAddress {
    [CmdletBinding()]
    param([string]$AddressFamily, [int]$InterfaceIndex, [Parameter(Position = 0)][string]$IPAddress)
    $state = Read-DoubleState
    $found = @(
        foreach ($adapter in $state['adapters']) {
            foreach ($address in $adapter['addresses']) {
                $family = 'IPv4'
                $bound = $adapter['bindings']['ms_tcpip']
                if ($address.Contains(':')) {
                    $family = 'IPv6'
                    # What the registry says counts from the boot on.
                    $bound = $adapter['bindings']['ms_tcpip6'] -and $state['ipv6AtBoot']
                }
                if ($bound -and (-not $AddressFamily -or $AddressFamily -eq $family)) {
                    [pscustomobject]@{ IPAddress = $address; AddressFamily = $family; InterfaceIndex = $adapter['index']; InterfaceAlias = $adapter['name']; PrefixLength = 64 }
                }
            }
        }
        if ((-not $AddressFamily -or 'IPv6' -eq $AddressFamily) -and $state['ipv6AtBoot']) {
            [pscustomobject]@{ IPAddress = '::1'; AddressFamily = 'IPv6'; InterfaceIndex = 1; InterfaceAlias = 'Loopback Pseudo-Interface 1'; PrefixLength = 128 }
        }
    )
    if ($found.Count -eq 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'No matching MSFT_NetIPAddress objects found.' -Module
        return
    }
    return $found
}

function Get-NetConnectionProfile {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [string]$InterfaceAlias, [int]$InterfaceIndex)
    foreach ($adapter in (Read-DoubleState)['adapters']) {
        # Azure's networks are public ones.
        [pscustomobject]@{ Name = 'Network'; InterfaceAlias = $adapter['name']; InterfaceIndex = $adapter['index']; NetworkCategory = 'Public' }
    }
}

function Get-DoubleSocketOwner {
    # The process that holds a socket, by the socket's number; 0 where it cannot be seen.
    param([Parameter(Mandatory = $true)][string]$Number)
    foreach ($folder in [System.IO.Directory]::GetDirectories('/proc')) {
        $name = [System.IO.Path]::GetFileName($folder)
        if ($name -notmatch '^\d+$') {
            continue
        }
        $links = @(& '/bin/sh' -c ('ls -l {0}/fd 2>/dev/null' -f $folder))
        if (($links -join "`n").Contains('socket:[{0}]' -f $Number)) {
            return [int]$name
        }
    }
    return 0
}

function Get-NetTCPConnection {
    # The computer's own listening ports: what the scripts open is really open.
    [CmdletBinding()]
    param([string]$LocalAddress, [int[]]$LocalPort, [string]$State)
    $code = $global:LASTEXITCODE
    $found = @(
        foreach ($table in @('/proc/net/tcp', '/proc/net/tcp6')) {
            foreach ($line in @([System.IO.File]::ReadAllLines($table) | Select-Object -Skip 1)) {
                $fields = $line.Trim() -split '\s+'
                $port = [Convert]::ToInt32(($fields[1] -split ':')[1], 16)
                if ('0A' -ne $fields[3] -or ($null -ne $LocalPort -and $LocalPort -notcontains $port)) {
                    continue
                }
                $address = @('0.0.0.0', '::')[[int]$table.EndsWith('6')]
                [pscustomobject]@{ LocalAddress = $address; LocalPort = [uint16]$port; State = 'Listen'; OwningProcess = [uint32](Get-DoubleSocketOwner -Number $fields[9]) }
            }
        }
    )
    $global:LASTEXITCODE = $code
    if ($found.Count -eq 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'No matching MSFT_NetTCPConnection objects found.' -Module
        return
    }
    return $found
}
